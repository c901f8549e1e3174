"""``new``: both files of a status code, with everything that is known about it filled in."""

from __future__ import annotations

import datetime
from pathlib import Path

from . import settings, sources, strings, tables
from .model import WRITTEN_SECTIONS, Language, class_of
from .problems import BadInput, Problem
from .strings import Catalogue
from .tables import RegistryEntry


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
    today = datetime.datetime.now(tz=datetime.UTC).date()
    for path, language in paths.items():
        text = _page(number, facts.registry.get(number), language, catalogues[language.key], today)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return list(paths)


def _page(number: int, entry: RegistryEntry | None, language: Language, t: Catalogue, today: datetime.date) -> str:
    translated = [
        f"title: {entry.phrase if entry and language.suffix else 'TODO'}",
        "summary: TODO",
        "keywords: [TODO]",
        f"updated: {today.isoformat()}",
    ]
    if language.suffix and not entry:
        translated.append("vendors: [{vendor: todo, note: TODO}]")
    lines = translated if language.suffix else [*_facts(number, entry), *translated, "draft: true"]
    sections = [f"## {t(f'section.{section}')}\n\nTODO\n" for section in WRITTEN_SECTIONS]
    return "\n".join(["---", *lines, "---", "", *sections])


def _facts(number: int, entry: RegistryEntry | None) -> list[str]:
    lines = [f"code: {number}"]
    if entry:
        lines += [f"phrase: {entry.phrase}", f"standing: {entry.standing.value}"]
        if entry.spec:
            lines += [f"spec: [{{rfc: {entry.spec.rfc}, section: {entry.spec.section}}}]"]
            lines += [f"since: {{rfc: {entry.spec.rfc}, year: 2022}}  # the RFC that first defined it"]
    else:
        lines += [
            'phrase: ""',
            "standing: vendor",
            "vendors:",
            "  - {vendor: todo, note: TODO, seen: client, trust: hearsay}",
        ]
    return [
        *lines,
        "cacheable: explicit",
        "body: allowed",
        f"retry: {'unneeded' if number < 400 else 'pointless'}",
        "senders: [origin]",
        "see: []",
    ]
