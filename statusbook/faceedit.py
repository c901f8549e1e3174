"""The plan after an edit of what other pages show of a page: its title, its summary, its headings, the facts of a code.

Such an edit may show on any page, but it neither adds nor removes one, and what other pages refer to is still there. So
only the edited pages are put together and checked again; each page is planned when it is asked for, as after an edit of
looks. In every other case, and whenever something is wrong, there is no short cut, and :mod:`statusbook.pipeline`
plans anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from . import lookedit
from .keys import key_of
from .library import Library
from .memo import Memo
from .model import Page
from .pagefiles import PageFiles
from .pipeline import Plan
from .sources import Snapshot


def replan(plan: Plan, after: Snapshot, changed: Iterable[str], memo: Memo) -> Plan | None:
    """The plan of ``after``, whose ``changed`` sources are all in which it differs from the one of ``plan``.

    None when more has changed than pages of which others need nothing but what they still have.
    """
    book, paths = plan.library, sorted(changed)
    if not all(path in book.places and path in after for path in paths):
        return None
    pages, faces = dict(book.pages), dict(book.faces)
    edited = {book.places[path][0] for path in paths}
    for name in edited:
        page = _read(book, after, book.pages[name], faces, memo)
        if page is None:
            return None
        pages[name] = page
    world = key_of(book.world, [(path, after[path].digest) for path in paths])
    library = replace(book, pages=pages, faces=faces, world=world, sources=after)
    if any(_is_wrong(library, after, pages[name]) for name in edited):
        return None
    return lookedit.as_asked(plan, library, after, memo)


def _read(book: Library, after: Snapshot, old: Page, faces: dict[str, str], memo: Memo) -> Page | None:
    """The page anew, with its ``faces``, if it is right and has all that other pages can need of it."""
    reader = PageFiles(book.settings, book.strings, memo.files)
    reader.add(after[text.path] for text in old.texts.values())
    page = reader.finish().get(old.name)
    if page is None or reader.problems or (page.draft, page.products) != (old.draft, old.products):
        return None
    if not all(_anchors(page, key) >= _anchors(old, key) for key in old.texts):
        return None
    faces.update(reader.faces)
    return page


def _anchors(page: Page, language: str) -> set[str]:
    return {anchor for _, _, _, anchor, _ in page.texts[language].plain.headings}


def _is_wrong(book: Library, after: Snapshot, page: Page) -> bool:
    """Whether ``page`` refers to something that is not there, or includes what no page did before."""
    references = book.references(page.texts.values(), after)
    return references is None or next(references.of_page(page), None) is not None
