"""Proactive negotiation: which of our offers a request likes best (RFC 9110 §12.4, §12.5.1, §12.5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z", re.IGNORECASE)


def best(field: str, offers: Sequence[str]) -> str:
    """The offer that ``field`` weighs most, the first one of equals; empty when it accepts none.

    Offers are media types or language tags. An absent field accepts anything.
    """
    ranges = list(_ranges(field))
    if not ranges:
        return offers[0]
    weights = [(_weight(offer.lower(), ranges), -place) for place, offer in enumerate(offers)]
    weight, place = max(weights)
    return offers[-place] if weight > 0 else ""


def _ranges(field: str) -> Iterator[tuple[str, float]]:
    """Ranges with their weights; parameters of media types are not told apart."""
    for item in field.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if not name:
            continue
        weights = [match[1] for match in map(_WEIGHT.match, parameters) if match]
        yield name.lower(), float(weights[0]) if weights else 1.0


def _weight(offer: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of the most specific range that the offer is in."""
    fitting = [(specific, weight) for name, weight in ranges if (specific := _fit(name, offer))]
    return max(fitting)[1] if fitting else 0.0


def _fit(name: str, offer: str) -> int:
    """How closely a range names an offer; 0 if it does not.

    A language range also takes the offers it begins (RFC 4647 §3.3.1), and an offer serves those who ask for a
    kind of it: ``zh`` and ``zh-Hant-TW`` both get ``zh-CN`` where nothing is nearer.
    """
    if name == offer:
        return 4
    if name in ("*", "*/*"):
        return 1
    if "/" in offer:
        return 2 if name == f"{offer.partition('/')[0]}/*" else 0
    if offer.startswith(f"{name}-"):
        return 3
    return 2 if name.partition("-")[0] == offer.partition("-")[0] else 0
