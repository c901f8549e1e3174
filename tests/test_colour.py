"""Colours and contrast: the arithmetic against known figures, and every colour of the site against its minimum."""

from __future__ import annotations

import pytest

from statusbook.colour import contrast, parse
from statusbook.palette import SYNTAX, TOKENS, Palette

from .book import ROOT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oklch(1 0 0)", "#ffffff"),
        ("oklch(0 0 0)", "#000000"),
        ("oklch(0.628 0.2577 29.23)", "#ff0000"),  # CSS Color 4: the primaries of sRGB
        ("oklch(0.8664 0.2948 142.5)", "#00ff00"),
        ("oklch(0.452 0.3132 264.05)", "#0000ff"),
        ("#abc", "#aabbcc"),
    ],
)
def test_notations_are_read(text: str, expected: str) -> None:
    channels = zip(bytes.fromhex(parse(text).hex[1:]), bytes.fromhex(expected[1:]), strict=True)
    assert all(abs(ours - theirs) <= 1 for ours, theirs in channels), parse(text).hex


@pytest.mark.parametrize("text", ["red", "oklch(50% 0.1 20)", "rgb(0 0 0)", "#12345", ""])
def test_other_notations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an oklch"):
        parse(text)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21.0),
        ("#fff", "#fff", 1.0),
        ("#767676", "#fff", 4.54),
        ("#595959", "#fff", 7.0),
        ("#f00", "#fff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(parse(one), parse(other)) == pytest.approx(ratio, abs=0.01)
    assert contrast(parse(other), parse(one)) == contrast(parse(one), parse(other))


def palette() -> Palette:
    tokens, syntax = ((ROOT / "static" / path).read_text("utf-8") for path in (TOKENS, SYNTAX))
    return Palette(tokens, syntax)


def test_every_colour_has_the_contrast_it_needs_in_both_schemes() -> None:
    colours = palette()
    swatches = [*colours.tokens(), *(swatch for group in colours.hues() for swatch in group), *colours.syntax()]
    assert len(swatches) > 30
    assert [s for s in swatches if min(s.light_contrast, s.dark_contrast) < s.least] == []
    assert {s.name for s in swatches if s.least >= 7} >= {"ink", "soft", "link", "hue", "c", "s", "k", "n", "d"}


def test_a_variable_and_a_product_are_worked_out() -> None:
    tokens = (
        ":root { --paper: oklch(1 0 0); --sheet: oklch(1 0 0); --ink: #000; --soft: #000; --link: #000; --rule: #000; "
    )
    tokens += "--edge: light-dark(oklch(0.5 calc(0.2 * var(--k)) 20), #fff); --k: 0.5; }"
    edge = Palette(tokens, "").tokens()[-1]
    assert (edge.light, edge.dark) == ("oklch(0.5 0.1 20)", "#fff")
    assert edge.dark_contrast == 1
