"""What is fuzzed: each takes bytes, and raises for nothing but a mistake of ours."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date

from statusbook import (
    captures,
    frontmatter,
    headerfields,
    markdown,
    outline,
    recipes,
    registry,
    settings,
    svg,
    yamltree,
)
from statusbook.fields import FIELDS
from statusbook.model import Kind, Link, Surroundings, Text, packed_keywords
from statusbook.problems import BadInput
from statusbook.sources import Snapshot, Source

AROUND = Surroundings({("404", ""): Link("../404/", "404", "ref c4")}, {"a.svg": "<svg></svg>"}, "T: {title}", "en")

Target = Callable[[bytes], None]


def front_matter(data: bytes) -> None:
    document, problems = frontmatter.split(Source.of("x.md", data))
    assert document or problems
    if document:
        for own, translated in FIELDS.values():
            frontmatter.read_fields("x.md", document.fields, own)
            frontmatter.read_fields("x.md", document.fields, translated)


def yaml(data: bytes) -> None:
    with contextlib.suppress(yamltree.YamlError):
        yamltree.parse(data.decode("utf-8", "replace"))


def text(data: bytes) -> None:
    """The outline refuses or the renderer renders: without a link that leads nowhere or an element that runs."""
    body = data.decode("utf-8", "replace")
    contents, problems = outline.read("x.md", body, 1)
    if len(body) > 4_000 and problems:
        return
    page = Text("x.md", "", "t", "s", packed_keywords(()), (), date(2026, 11, 22), 1, contents.packed())
    rendered = markdown.render(page, body, AROUND)
    html = "".join((rendered.lead, *(section.title + section.html for section in rendered.sections))).lower()
    for forbidden in ("<script", "<img", "<iframe", "<style", 'href="javascript', 'href="data', " onclick=", " style="):
        assert forbidden not in html, html
    if not problems and Kind.CODE:
        assert "<a>" not in html


def recipe(data: bytes) -> None:
    recipes.read_one(Source.of("lab/recipes/nginx-404-x.toml", data), ("zh", "en"))


def capture(data: bytes) -> None:
    captures.read_one(Source.of("lab/captures/nginx-404-x.json", data))


def site(data: bytes) -> None:
    settings.read(Snapshot([Source.of("site.toml", data)]))


def iana(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        registry.parse("x.csv", data.decode("utf-8", "replace"))


def fields(data: bytes) -> None:
    headerfields.read(Snapshot([Source.of(headerfields.PATH, data)]))


def drawing(data: bytes) -> None:
    svg.clean.__wrapped__(Source.of("x.svg", data))


TARGETS: dict[str, tuple[Target, str]] = {
    "front-matter": (front_matter, "content/4xx/404.md"),
    "yaml": (yaml, "content/4xx/404.md"),
    "text": (text, "content/4xx/404.md"),
    "recipe": (recipe, "lab/recipes/*.toml"),
    "capture": (capture, "lab/captures/*.json"),
    "settings": (site, "site.toml"),
    "registry": (iana, "data/registry.csv"),
    "fields": (fields, "data/fields.csv"),
    "diagram": (drawing, "content/guides/*/*.svg"),
}
