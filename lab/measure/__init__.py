"""What clients do with a status code, measured: a recording origin on loopback, experiments as tables, a runner.

``python -m lab.measure redirects --client curl`` runs one experiment with one client and writes what it saw to
``lab/measurements/``. What the origin recorded is the evidence; the client is only asked how it ended.
"""

from .command import main

__all__ = ["main"]
