"""``python -m mudwire`` is ``mudwire``."""

from mudwire.cli import main

if __name__ == "__main__":
    main()
