#!/usr/bin/env python3
"""The command line of Statusbook: ``python build.py --help``."""

import sys

from statusbook.cli import main

if __name__ == "__main__":
    sys.exit(main())
