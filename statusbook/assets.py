"""Files of ``static/``: published as they are, style sheets minified, scripts without the comments that stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from . import generator
from .output import Output, key_of
from .problems import BadInput, Problem
from .sources import Snapshot, Source

FOLDER = "static"
#: Characters of a version in an asset's address.
VERSION_LENGTH = 8

#: Comments on lines of their own: a third of a script's bytes. Our scripts have no template literal over several
#: lines, in which one of these lines would not be a comment; a test holds them to it.
_COMMENTS = re.compile(rb"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)[ \t]*\n", re.MULTILINE)


def outputs(snapshot: Snapshot) -> Iterator[Output]:
    for source in snapshot.below(FOLDER):
        yield Output.of(source.path, key_of("asset", generator.identity(), source.digest), partial(_make, source))


def versions(snapshot: Snapshot) -> Mapping[str, str]:
    """The version of each asset by its path below ``static/``: a short digest of its bytes."""
    return {source.path.removeprefix(f"{FOLDER}/"): source.digest[:VERSION_LENGTH] for source in snapshot.below(FOLDER)}


def _make(source: Source) -> bytes:
    if source.path.endswith(".js"):
        return _COMMENTS.sub(b"", source.data)
    if not source.path.endswith(".css"):
        return source.data
    import lightningcss  # noqa: PLC0415 - loaded when a style sheet has to be made

    try:
        minified: str = lightningcss.process_stylesheet(source.data.decode("utf-8"), source.path, minify=True)
    except ValueError as error:  # UnicodeDecodeError is one too
        place = re.search(r" at .*:(\d+):(\d+)\Z", str(error))
        line, column = (int(place[1]) + 1, int(place[2])) if place else (0, 0)
        reason = str(error)[: place.start()] if place else str(error)
        raise BadInput([Problem(source.path, line, column, f"is not CSS: {reason}")]) from None
    return minified.encode("utf-8")
