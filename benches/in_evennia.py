"""Run a program where Evennia is installed: ``python benches/in_evennia.py PROGRAM [ARGUMENT...]``.

That is the virtual environment that the tests of the drop-in made for the newest release. It has
mudwire's wheel too, so all contenders of a benchmark share one Python and one process.
"""

import os
import sys

from harness.releases import installed

if not installed():
    sys.exit("Evennia is not installed. Try: make bench")
release = installed()[-1]
program = release.environment / "bin" / sys.argv[1]
os.execve(program, [program, *sys.argv[2:]], release.variables())
