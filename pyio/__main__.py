"""``python -m pyio``."""

import sys

from pyio.command_line import main

if __name__ == "__main__":
    sys.exit(main())
