"""Every reader of sources besides that of pages, by name, with the files of the handbook that it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statusbook import captures, headerfields, measurements, recipes, registry, settings, strings, svg, tables
from statusbook.sources import Snapshot, Source, read_tree

from ..book import ROOT

BOOK = read_tree(ROOT)
Reader = Callable[[Source], Any]
TWO = ("zh", "en")


def _alone(read: Callable[[Snapshot], Any]) -> Reader:
    return lambda source: read(Snapshot([source]))


READERS: dict[str, tuple[str, Reader]] = {
    "settings": (r"site\.toml", _alone(settings.read)),
    "strings": (r"content/_strings.*", _alone(lambda tree: strings.read(tree, settings.read(BOOK)[0]))),  # type: ignore[arg-type]
    "tables": (r"data/(registry|constants|rfc-sections)\.csv", _alone(tables.read)),
    "header fields": (r"data/fields\.csv", _alone(headerfields.read)),
    "recipes": (r"lab/recipes/.*\.toml", lambda source: recipes.read_one(source, TWO)),
    "captures": (r"lab/captures/.*\.json", captures.read_one),
    "measurements": (r"lab/measurements/.*\.json", lambda source: measurements.read_one(source.path[17:-5], source)),
    "registry": (r"data/registry\.csv", lambda source: registry.parse("x", source.data.decode("utf-8", "replace"))),
    "diagrams": (r"content/.*\.svg", svg.clean),
}
