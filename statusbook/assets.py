"""Files that are published as they are: ``static/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .output import Output, key_of
from .sources import Snapshot, Source

FOLDER = "static"
#: Characters of a version in an asset's address.
VERSION_LENGTH = 8


def outputs(snapshot: Snapshot) -> Iterator[Output]:
    for source in snapshot.below(FOLDER):
        yield Output(source.path, key_of("asset", source.digest), _Read(source))


def versions(snapshot: Snapshot) -> Mapping[str, str]:
    """The version of each asset by its path below ``static/``: a short digest of its bytes."""
    return {source.path.removeprefix(f"{FOLDER}/"): source.digest[:VERSION_LENGTH] for source in snapshot.below(FOLDER)}


class _Read:
    def __init__(self, source: Source) -> None:
        self.source = source

    def __call__(self) -> bytes:
        return self.source.data
