"""``new``: both files of a status code, with everything that is known about it filled in."""

from __future__ import annotations

import datetime
from pathlib import Path

from . import library, settings, sources, strings, tables
from .model import WRITTEN_SECTIONS, Language, class_of
from .problems import BadInput, Problem
from .strings import Catalogue
from .tables import RegistryEntry

#: Stands for a year that the registry does not give, until somebody looks it up.
_YEAR = 2022


def new_code(root: Path, number: int) -> list[str]:
    """Write the files of ``number`` in every language; returns their paths.

    The pages start as drafts. Raises :class:`BadInput` when one of the files exists.
    """
    snapshot = sources.read_tree(root)
    site, problems = settings.read(snapshot)
    if site is None:
        raise BadInput(problems)
    catalogues, problems = strings.read(snapshot, site)
    if problems:
        raise BadInput(problems)
    facts, problems = tables.read(snapshot)
    if problems:
        raise BadInput(problems)
    stem = f"content/{class_of(number)}/{number}"
    paths = {f"{stem}{language.suffix}.md": language for language in site.languages}
    there = [Problem(path, 0, 0, "exists already", "Edit it.") for path in paths if (root / path).exists()]
    if there:
        raise BadInput(there)
    product = _any_product(snapshot)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    for path, language in paths.items():
        text = _page(number, facts.registry.get(number), product, language, catalogues[language.key], today=today)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return list(paths)


def _any_product(snapshot: sources.Snapshot) -> str:
    """A product that some vendor page has: a draft that names it can be looked at before it is right."""
    book, _ = library.read(snapshot, drafts=True)
    return next(iter(book.vendor_of), "todo") if book else "todo"


def _page(
    number: int, entry: RegistryEntry | None, product: str, language: Language, t: Catalogue, *, today: datetime.date
) -> str:
    translated = [
        f"title: {entry.phrase if entry and language.suffix else 'TODO'}",
        "summary: TODO",
        "keywords: [TODO]",
        f"updated: {today.isoformat()}",
    ]
    if language.suffix and not entry:
        translated.append(f"vendors: [{{vendor: {product}, note: TODO}}]  # TODO: the same vendor as in the other file")
    lines = translated if language.suffix else [*_facts(number, entry, product), *translated, "draft: true"]
    sections = [f"## {t(f'section.{section}')}\n\nTODO\n" for section in WRITTEN_SECTIONS]
    return "\n".join(["---", *lines, "---", "", *sections])


def _facts(number: int, entry: RegistryEntry | None, product: str) -> list[str]:
    lines = [f"code: {number}"]
    if entry:
        lines += [f"phrase: {entry.phrase}", f"standing: {entry.standing.value}"]
        if entry.spec:
            lines += [f"spec: [{{rfc: {entry.spec.rfc}, section: {entry.spec.section}}}]"]
            lines += [
                f"since: {{rfc: {entry.spec.rfc}, year: {_YEAR}}}  # TODO: the RFC that first defined it, and its year"
            ]
    else:
        lines += [
            'phrase: ""',
            "standing: vendor",
            "vendors:",
            f"  - {{vendor: {product}, note: TODO, seen: client, trust: hearsay}}  # TODO: whose it is",
        ]
    return [
        *lines,
        "cacheable: explicit",
        "body: allowed",
        f"retry: {'unneeded' if number < 400 else 'pointless'}",
        "senders: [origin]",
        "see: []",
    ]
