"""The colours of the style sheets, read from the sheets themselves, with their contrast.

The living style page prints what this finds, so it cannot say anything else than what is on the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .colour import Colour, contrast, parse

#: Sheets with colours, below ``static/``.
TOKENS, SYNTAX = "css/parts/tokens.css", "css/parts/syntax.css"
#: What text may stand on.
GROUNDS = ("paper", "sheet")
#: The hues: the classes of codes, numbers outside them, and the frame's own.
HUES = ("c1", "c2", "c3", "c4", "c5", "co")
#: Tokens of the page by what they are for, and the least contrast they are held to (WCAG 2.2: 1.4.6 for text,
#: 1.4.11 for edges of controls; what only decorates has none).
TEXTS = ("ink", "soft", "link")
LEAST_TEXT, LEAST_EDGE, LEAST_NUMBER = 7.0, 3.0, 3.0

_COMMENT = re.compile(r"/\*[\s\S]*?\*/")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_PRODUCT = re.compile(r"calc\(\s*([0-9.]+)\s*\*\s*([0-9.]+)\s*\)")
_SYNTAX_CLASS = re.compile(r"\.([a-z])\b")

Declarations = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour in both schemes, as CSS writes it, and its least contrast in each on what it may stand on.

    ``hue`` is the class of codes it belongs to, if any. ``least`` is the contrast it has to have, 0 for none.
    """

    name: str
    hue: str
    light: str
    dark: str
    light_contrast: float
    dark_contrast: float
    least: float


class Palette:
    """The colours of a pair of sheets. Raises ValueError for a colour that is written in another way than ours."""

    def __init__(self, tokens: str, syntax: str) -> None:
        self._rules = list(_rules(tokens))
        self._syntax = list(_rules(syntax))
        self.root = self._of(":root")

    def tokens(self) -> tuple[Swatch, ...]:
        """The colours of the page: what text stands on, text, lines."""
        least = {**dict.fromkeys(TEXTS, LEAST_TEXT), "edge": LEAST_EDGE}
        names = (*GROUNDS, *TEXTS, "rule", "edge")
        return tuple(self._swatch(name, "", self.root[name], self.root, least.get(name, 0.0)) for name in names)

    def hues(self) -> tuple[tuple[Swatch, ...], ...]:
        """The colours of each class: text in its hue, its large number, its tint and its line."""
        least = {"hue": LEAST_TEXT, "vivid": LEAST_NUMBER}
        return tuple(
            tuple(
                self._swatch(name, hue, known[name], known, least.get(name, 0.0))
                for name in ("hue", "vivid", "tint", "line")
            )
            for hue, known in ((hue, {**self.root, **self._of(f".{hue}")}) for hue in HUES)
        )

    def syntax(self) -> tuple[Swatch, ...]:
        """The colours of code, by class."""
        return tuple(
            self._swatch(match[1], "", style["color"], self.root, LEAST_TEXT)
            for selector, style in self._syntax
            if "color" in style and (match := _SYNTAX_CLASS.search(selector))
        )

    def _of(self, selector: str) -> dict[str, str]:
        """The custom properties of the rules that name ``selector``."""
        found: dict[str, str] = {}
        for selectors, style in self._rules:
            if selector in re.split(r"\s*,\s*", selectors):
                found |= {name[2:]: value for name, value in style.items() if name.startswith("--")}
        return found

    def _swatch(self, name: str, hue: str, value: str, known: Declarations, least: float) -> Swatch:
        light, dark = _both(_resolved(value, known))
        grounds = [_both(_resolved(self.root[ground], known)) for ground in GROUNDS if ground != name]
        if name == "hue":  # it also stands on its own tint
            grounds.append(_both(_resolved(known["tint"], known)))
        return Swatch(
            name,
            hue,
            light,
            dark,
            _least(parse(light), [parse(ground) for ground, _ in grounds]),
            _least(parse(dark), [parse(ground) for _, ground in grounds]),
            least,
        )


def _least(colour: Colour, grounds: list[Colour]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def _rules(sheet: str) -> Iterator[tuple[str, Declarations]]:
    """The rules of a sheet with their declarations; layers and media are looked through."""
    for match in _RULE.finditer(_COMMENT.sub("", sheet)):
        pairs = (part.partition(":") for part in match[2].split(";") if ":" in part)
        selector = match[1].rpartition(";")[2].strip()
        yield selector, {name.strip(): value.strip() for name, _, value in pairs}


def _resolved(value: str, known: Declarations) -> str:
    """``value`` with its variables and products worked out."""
    while match := _VARIABLE.search(value):
        value = value.replace(match[0], known[match[1]])
    return _PRODUCT.sub(lambda m: f"{float(m[1]) * float(m[2]):.4f}".rstrip("0").rstrip("."), value)


def _both(value: str) -> tuple[str, str]:
    """The two sides of ``light-dark(…, …)``; a plain colour is both."""
    match = re.fullmatch(r"light-dark\((.+?\)),\s*(.+)\)", value)
    return (match[1], match[2]) if match else (value, value)
