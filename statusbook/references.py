"""What pages say of each other: every reference has its page, every fragment its section, every inclusion its file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Set

from . import matrices
from .model import MEASURED, Kind, Page, Settings, Text
from .problems import Problem
from .sources import Source


class References:
    """Checks that every reference has its page, every fragment its section and every inclusion its file.

    ``broken`` names pages that exist but could not be read, which has been reported already.
    """

    def __init__(
        self,
        site: Settings,
        pages: Mapping[str, Page],
        shown: Mapping[str, Page],
        broken: Set[str],
        files: Mapping[str, Source],
    ) -> None:
        self.site, self.pages, self.shown, self.broken, self.files = site, pages, shown, broken, files
        self.products = {product.vendor for page in shown.values() for product in page.products}

    def problems(self) -> Iterator[Problem]:
        for page in self.shown.values():
            yield from self.of_page(page)

    def of_page(self, page: Page) -> Iterator[Problem]:
        """What is wrong with the references of one page and of its texts."""
        default = page.texts[self.site.default.key]
        for name in page.see:
            if name in self.broken:
                continue
            if name not in self.shown:
                yield Problem(default.path, 2, 1, f"`see` names {name}, which {self._why(name)}", self._suggest(name))
            elif name == page.name:
                yield Problem(default.path, 2, 1, "`see` names the page itself", "Take it out.")
        for use in page.code.vendors if page.code else ():
            if use.vendor not in self.products:
                near = difflib.get_close_matches(use.vendor, self.products, 1)
                hint = f"Did you mean {near[0]}?" if near else "Add it to `products` of a page in content/vendors."
                yield Problem(default.path, 2, 1, f"`vendors` names {use.vendor}, which no vendor page has", hint)
        for key, text in page.texts.items():
            yield from self.in_text(key, text)

    def in_text(self, key: str, text: Text) -> Iterator[Problem]:
        """What is wrong with the references and inclusions of one text in the language ``key``."""
        plain = text.plain
        for name, fragment, _, line, column in plain.references:
            target = self.shown.get(name)
            if name in self.broken:
                continue
            if target is None:
                message = f"[[{name}]] leads to a page that {self._why(name)}"
                yield Problem(text.path, line, column, message, self._suggest(name))
            elif fragment:
                anchors = {anchor for _, _, _, anchor, _ in target.texts[key].plain.headings} - {""}
                if target.kind is Kind.CODE:
                    anchors |= {"clients", "code", "history", "see"}
                if fragment not in anchors:
                    hint = f"Anchors there: {', '.join(sorted(anchors))}."
                    message = f"[[{name}#{fragment}]] leads to a section that does not exist"
                    yield Problem(text.path, line, column, message, hint)
        for path, line, column in plain.inclusions:
            if path.startswith(MEASURED):
                if path.removeprefix(MEASURED) not in matrices.NAMES:
                    hint = f"There are {', '.join(matrices.NAMES)}."
                    yield Problem(text.path, line, column, f"[[{path}]] has not been measured", hint)
            elif path not in self.files or ".." in path:
                near = difflib.get_close_matches(path, [file for file in self.files if not file.endswith(".md")], 1)
                hint = f"Did you mean {near[0]}?" if near else "Paths start below content/guides."
                yield Problem(text.path, line, column, f"an inclusion names {path}, which does not exist", hint)

    def _why(self, name: str) -> str:
        return "is a draft" if name in self.pages else "does not exist"

    def _suggest(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.shown, 1)
        return f"Did you mean {near[0]}?" if near else ""
