#!/usr/bin/env python3
"""The command line of Statusbook: ``python build.py --help``."""

import sys

from statusbook.cli import main

if __name__ == "__main__":
    try:
        sys.exit(main())
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "statusbook", *sys.stdlib_module_names):
            raise
        sys.exit(f"build.py: {package} is not installed: run it as `make build`, or `.venv/bin/python build.py`")
