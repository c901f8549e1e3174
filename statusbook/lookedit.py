"""The plan after an edit of how pages look: templates, styles, scripts, what ``site.toml`` has all pages say.

Such an edit changes every page, but neither which there are nor what is written in them. So no page file is read again
and no page is checked against the others; each page is planned when it is asked for. What a reader has open is there
at once, whatever the size of the book. In every other case, and whenever something is wrong, there is no short cut,
and :mod:`statusbook.pipeline` plans anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from itertools import chain

from . import assets, pipeline, settings, strings
from .keys import key_of
from .library import Library
from .memo import Memo
from .ondemand import OnDemand
from .output import Output
from .pages import Pages
from .pipeline import Plan
from .renderer import TEMPLATES
from .sources import SETTINGS, Snapshot


def replan(
    plan: Plan, after: Snapshot, changed: Collection[str], memo: Memo, *, base_url: str | None = None
) -> Plan | None:
    """The plan of ``after``, whose ``changed`` sources are all in which it differs from the one of ``plan``.

    None when more has changed than how pages look, or when something is wrong.
    """
    if not all(_is_look(path) and path in after for path in changed):
        return None
    library = _settled(plan.library, after, base_url) if SETTINGS in changed else plan.library
    if library is None or _uses_wrong_texts(library, after):
        return None
    world = key_of(library.world, [(path, after[path].digest) for path in sorted(changed)])
    return as_asked(plan, library.alike(world=world, sources=after), after, memo)


def as_asked(plan: Plan, library: Library, after: Snapshot, memo: Memo) -> Plan:
    """The plan of ``after`` with the outputs that ``plan`` has, each made of ``library`` once it is asked for."""
    paths = plan.outputs.paths() if isinstance(plan.outputs, OnDemand) else plan.outputs.keys()
    made = Pages(library, after, memo.templates)

    @cache
    def others() -> Mapping[str, Output]:
        return {output.path: output for output in chain(made.others(), pipeline.others(library, after, memo))}

    outputs = OnDemand(
        paths,
        {output.path: output for output in assets.outputs(after)},
        lambda path: made.find(path) or others()[path],
    )
    return replace(plan, library=library, outputs=outputs, inside=assets.Inside(after))


def _is_look(path: str) -> bool:
    return path == SETTINGS or path.startswith((f"{TEMPLATES}/", f"{assets.FOLDER}/"))


def _settled(book: Library, after: Snapshot, base_url: str | None) -> Library | None:
    """The book under its new settings, if they change what pages say and nothing else."""
    new, problems = settings.read(after, base_url)
    if new is None or problems:
        return None
    old = book.settings
    same = replace(new, titles=old.titles, repository=old.repository, edit_url=old.edit_url)
    return book.alike(settings=new) if same == old else None


def _uses_wrong_texts(book: Library, after: Snapshot) -> bool:
    """Whether a template asks for a text that the catalogue lacks, or none asks for one that it has."""
    default = book.settings.default
    path = strings.path_of(default.suffix)
    return any(problem.path != path for problem in strings.check_use(after, path, book.strings[default.key]))
