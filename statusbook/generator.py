"""What this generator is: its own code and the packages that shape its output, as one digest."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from pathlib import Path

from . import __version__

#: The distributions whose release can change a byte of the site.
PACKAGES = ("jinja2", "markdown", "markupsafe", "pyyaml", "lightningcss", "pygments")


@functools.cache
def identity() -> str:
    """A digest of the version, the code of this package, and the releases of ``PACKAGES``.

    Releases are read off the names of the installed distributions: asking them would cost their import.
    """
    digest = hashlib.sha256(f"{__version__} {sys.version_info[:2]}".encode())
    folder = Path(__file__).parent
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for place in sys.path:
        if place.endswith(("site-packages", "dist-packages")) and os.path.isdir(place):
            releases = sorted(
                name for name in os.listdir(place) if name.endswith(".dist-info") and name.lower().startswith(PACKAGES)
            )
            digest.update(repr(releases).encode())
    return digest.hexdigest()
