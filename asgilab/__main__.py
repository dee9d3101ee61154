"""``python -m asgilab`` is the command line."""

import sys

from asgilab.cli import main

if __name__ == "__main__":
    sys.exit(main())
