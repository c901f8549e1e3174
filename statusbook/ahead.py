"""What a first build of a big book does before the book is read: code is coloured and templates are compiled.

While one process checks the pages against each other, the others have nothing to do but this. Each language is one
errand, because its lexer takes as long to start as several pages take to make. What is made here is found by its key
when a page asks for it: what was overlooked, or made for nothing, costs time only.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .highlight import EXTENSIONS, LEXERS, highlight, keep_in
from .kept import Kept
from .memo import Memo
from .problems import BadInput
from .renderer import TEMPLATES, texts_of
from .sources import CONTENT, Snapshot, Source

if TYPE_CHECKING:
    from .workers import Crew, Errand

#: Fewer pages than this are read in one process.
WORTH_FORKING = 100
#: Languages that stand in each other: who has the lexer of one soon needs the others'.
_WEB = frozenset({"css", "html", "http", "js", "json", "xml"})

#: What was learned, by the names of :class:`Memo`.
Learned = dict[str, dict[str, Any]]


@contextlib.contextmanager
def crew(snapshot: Snapshot, memo: Memo, jobs: int) -> Iterator[Crew | None]:
    """``jobs`` processes for a plan whose ``memo`` knows nothing yet; None where it can do without."""
    pages = [source for source in snapshot.below(CONTENT) if source.path.endswith(".md")]
    if jobs < 2 or len(pages) < WORTH_FORKING or not hasattr(os, "fork") or memo.files.known:
        yield None
        return
    from . import workers  # noqa: PLC0415 - most plans find most files read

    with workers.crew(jobs, _errands(snapshot, pages)) as found:
        yield found


def _errands(snapshot: Snapshot, pages: Iterable[Source]) -> Iterator[Errand]:
    """Templates first, which every page needs, then the languages, those with most code first."""
    yield _compile, tuple(snapshot.below(TEMPLATES))
    codes: dict[str, dict[tuple[str, str], None]] = {}
    for language, code in (*_included(snapshot), *(found for source in pages for found in _fenced(source))):
        if language in LEXERS or language == "http":
            codes.setdefault("web" if language in _WEB else language, {})[language, code] = None
    for family in sorted(codes.values(), key=lambda family: -sum(len(code) for _, code in family)):
        yield _colour, tuple(family)


def _included(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Languages and texts of the files that pages may include."""
    for source in snapshot.below(CONTENT):
        language = EXTENSIONS.get(source.path.rpartition(".")[2])
        if language:
            yield language, source.data.decode("utf-8", "replace").rstrip("\n")


def _fenced(source: Source) -> Iterator[tuple[str, str]]:
    """Languages and texts of fenced code, as far as can be seen without reading the text around it."""
    parts = source.data.decode("utf-8", "replace").split("```")
    for before, part in zip(parts[::2], parts[1::2], strict=False):
        language, _, code = part.partition("\n")
        margin = " " * (len(before) - len(before.rstrip(" ")))
        yield language, "\n".join(line.removeprefix(margin) for line in code.split("\n")[:-1])


def _compile(templates: tuple[Source, ...]) -> Learned:
    from .templates import Templates  # noqa: PLC0415 - Jinja2 is loaded in the process that compiles

    kept: Kept[bytes] = Kept()
    with contextlib.suppress(BadInput):  # the plan will say so
        Templates(texts_of(Snapshot(templates)), kept).compile()
    return {"templates": kept.take_fresh()}


def _colour(codes: tuple[tuple[str, str], ...]) -> Learned:
    kept: Kept[Any] = Kept()
    keep_in(kept)
    for language, code in codes:
        highlight(code, language)
    return {"tokens": kept.take_fresh()}
