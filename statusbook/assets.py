"""Files of ``static/``: published as they are, style sheets without comments and white space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from . import generator
from .output import Output, key_of
from .sources import Snapshot, Source

FOLDER = "static"
#: Characters of a version in an asset's address.
VERSION_LENGTH = 8


def outputs(snapshot: Snapshot) -> Iterator[Output]:
    for source in snapshot.below(FOLDER):
        yield Output.of(source.path, key_of("asset", generator.identity(), source.digest), partial(_make, source))


def versions(snapshot: Snapshot) -> Mapping[str, str]:
    """The version of each asset by its path below ``static/``: a short digest of its bytes."""
    return {source.path.removeprefix(f"{FOLDER}/"): source.digest[:VERSION_LENGTH] for source in snapshot.below(FOLDER)}


def _make(source: Source) -> bytes:
    if not source.path.endswith(".css"):
        return source.data
    import rcssmin  # noqa: PLC0415 - loaded when a style sheet has to be made

    minified: bytes = rcssmin.cssmin(source.data)
    return minified
