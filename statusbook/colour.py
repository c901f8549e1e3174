"""Colours as CSS writes them and as eyes tell them apart: OKLCH, sRGB and the contrast of WCAG 2.2.

The matrices are those of CSS Color 4 §10 (Björn Ottosson's Oklab); luminance and contrast are defined in WCAG 2.2
(“relative luminance”, “contrast ratio”).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_NUMBER = r"(-?[0-9]*\.?[0-9]+)"
_OKLCH = re.compile(rf"oklch\({_NUMBER} {_NUMBER} {_NUMBER}\)\Z")
_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")


@dataclass(frozen=True, slots=True)
class Colour:
    """An opaque colour. ``red``, ``green`` and ``blue`` are linear light in sRGB, 0 to 1; outside it beyond."""

    red: float
    green: float
    blue: float

    @property
    def hex(self) -> str:
        """The nearest colour of 8 bits a channel: ``#fcfbf8``."""
        return "#" + "".join(f"{_byte(channel):02x}" for channel in (self.red, self.green, self.blue))

    @property
    def luminance(self) -> float:
        """Relative luminance of the colour a screen of 8 bits a channel shows, 0 (black) to 1 (white)."""
        red, green, blue = (_linear(_byte(channel) / 255) for channel in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((one.luminance, other.luminance), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def parse(text: str) -> Colour:
    """The colour that ``oklch(L C H)`` or ``#rrggbb`` names. Raises ValueError for another notation.

    >>> parse("oklch(1 0 0)").hex
    '#ffffff'
    """
    match = _OKLCH.match(text)
    if match:
        return _from_oklch(*map(float, match.groups()))
    match = _HEX.match(text)
    if match:
        digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
        return Colour(*(_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4)))
    raise ValueError(f"{text!r} is not an oklch() or # colour")


def _from_oklch(lightness: float, chroma: float, hue: float) -> Colour:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377773761749 * a + 0.2158037573099136 * b) ** 3
    medium = (lightness - 0.1055613458156586 * a - 0.0638541728258133 * b) ** 3
    short = (lightness - 0.0894841775298119 * a - 1.2914855480194092 * b) ** 3
    return Colour(
        4.0767416360759583 * long - 3.3077115392580629 * medium + 0.2309699031821043 * short,
        -1.2684379732850315 * long + 2.6097573492876882 * medium - 0.3413193760026570 * short,
        -0.0041960761386756 * long - 0.7034186179359362 * medium + 1.7076146940746117 * short,
    )


def _encoded(linear: float) -> float:
    """Gamma-encoded, 0 to 1; mirrored below 0 (CSS Color 4 §10.2)."""
    size = abs(linear)
    value = 1.055 * size ** (1 / 2.4) - 0.055 if size > 0.0031308 else 12.92 * size
    return math.copysign(value, linear)


def _linear(encoded: float) -> float:
    return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4


def _byte(linear: float) -> int:
    return round(min(1.0, max(0.0, _encoded(linear))) * 255)
