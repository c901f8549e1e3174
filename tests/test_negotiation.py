"""What a request likes best of what there is."""

from __future__ import annotations

import pytest

from statusbook.negotiation import best

LANGUAGES = ("zh-CN", "en")
TYPES = ("text/plain", "application/problem+json")


@pytest.mark.parametrize(
    ("field", "language"),
    [
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh", "zh-CN"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en;q=0.5, zh-CN;q=0.4", "en"),
        ("fr, *;q=0.1", "zh-CN"),
        ("fr", ""),
        ("*;q=0", ""),
        ("ZH-cn;Q=0.2, EN;q=0.1", "zh-CN"),
        ("en;q=nonsense", "en"),
        (",, ,en", "en"),
    ],
)
def test_languages(field: str, language: str) -> None:
    assert best(field, LANGUAGES) == language


@pytest.mark.parametrize(
    ("field", "media_type"),
    [
        ("*/*", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/plain"),
        ("application/problem+json", "application/problem+json"),
        ("application/*;q=0.9, text/*;q=0.1", "application/problem+json"),
        ("application/problem+json;q=0, */*", "text/plain"),
        ("image/webp", ""),
    ],
)
def test_media_types(field: str, media_type: str) -> None:
    assert best(field, TYPES) == media_type
