"""The plan after the commonest edit: the texts of some pages, and nothing that another page shows of them.

Planning anew reads every source and checks every page against every other, which takes the longer the bigger the book
is. After such an edit all of that would come out as it was; so only the edited files are read, and of the plan only
their outputs change, with those that are made of all texts. In every other case, and whenever something is wrong,
there is no short cut, and :mod:`statusbook.pipeline` plans anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from . import pipeline
from .library import Library
from .memo import Memo
from .model import Page, Text
from .ondemand import replaced
from .pagefiles import read_kept, sections_of
from .pages import Pages
from .pipeline import Plan
from .sources import Snapshot


def replan(plan: Plan, after: Snapshot, changed: Iterable[str], memo: Memo) -> Plan | None:
    """The plan of ``after``, whose ``changed`` sources are all in which it differs from the one of ``plan``.

    None when more than the texts of pages has changed, or when they have problems.
    """
    book = plan.library
    pages = dict(book.pages)
    edited = []
    for path in changed:
        name, key = book.places.get(path, ("", ""))
        if not key or path not in after:
            return None
        text = _read(book, after, pages[name], key, memo)
        if text is None:
            return None
        pages[name] = replace(pages[name], texts={**pages[name].texts, key: text})
        edited.append((name, key))
    library = book.alike(pages=pages, sources=after)
    made = Pages(library, after, memo.templates)
    languages = {language.key: language for language in library.settings.languages}
    new = [made.output(pages[name], languages[key]) for name, key in edited]
    new += pipeline.others(library, after, memo)
    return replace(plan, library=library, outputs=replaced(plan.outputs, {output.path: output for output in new}))


def _read(book: Library, after: Snapshot, page: Page, key: str, memo: Memo) -> Text | None:
    """The new text of ``page`` in a language, if it is right and the page's face is what it was."""
    old = page.texts[key]
    source = after[old.path]
    translated = key != book.settings.default.key
    file = read_kept(memo.files, source, page.kind, translated=translated, sections=sections_of(book.strings[key]))
    text = file.text
    if text is None or file.problems or file.face != book.faces[old.path]:
        return None
    references = book.references((text,), after)
    return None if references is None or next(references.in_text(key, text), None) else text
