"""Run a program where Evennia is: ``python benches/in_evennia.py PROGRAM [ARGUMENT...]``.

That is the virtual environment that the tests of the drop-in have made for the newest release, with
mudwire's wheel in it, so that all contenders of a row share one Python and one process.
"""

import os
import sys

from harness.releases import installed

if not installed():
    sys.exit("no Evennia is installed. Try: make bench")
release = installed()[-1]
program = release.environment / "bin" / sys.argv[1]
os.execve(program, [program, *sys.argv[2:]], release.variables())
