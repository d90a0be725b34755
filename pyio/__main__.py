"""``python -m pyio``."""

import sys

from pyio.cli import main

if __name__ == "__main__":
    sys.exit(main())
