"""What search engines are told of a page: schema.org data as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from .model import Language
from .shown import CodeView, PageView

_TYPES = {"home": "WebSite", "code": "TechArticle", "guide": "TechArticle", "vendor": "TechArticle"}


def describe(page: PageView, code: CodeView | None, language: Language, site: str) -> str:
    """schema.org data: a DefinedTerm for a status code, a TechArticle for what explains it."""
    if page.kind == "notfound":
        return ""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(page.kind, "CollectionPage"),
        "headline": page.title,
        "description": page.summary,
        "inLanguage": language.tag,
    }
    if page.canonical:
        data["url"] = page.canonical
    if page.updated:
        data["dateModified"] = page.updated.isoformat()
    if code:
        data["headline"] = f"{code.number} {code.phrase} {page.title}".replace("  ", " ")
        data["about"] = {
            "@type": "DefinedTerm",
            "termCode": code.number,
            "name": code.phrase or page.title,
            "inDefinedTermSet": "https://www.iana.org/assignments/http-status-codes"
            if code.standing != "vendor"
            else site,
        }
    return (
        json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
    )
