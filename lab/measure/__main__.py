"""``python -m lab.measure``."""

import sys

from .command import main

sys.exit(main(sys.argv[1:]))
