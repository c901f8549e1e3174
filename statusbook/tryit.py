"""What the button “send the request” loads when it is pressed: a table for each language, and the service worker.

Under ``serve`` the teaching server answers. The published site has no server, so a service worker answers there with
the same responses, made here by the same function: the two cannot differ.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import generator
from .library import Library
from .model import Language
from .output import Make, Output, canonical_json, key_of
from .strings import TRY

if TYPE_CHECKING:
    from .responses import Lexicon
    from .teaching import Ask

#: The service worker is at the site's root, as it can only answer for pages below its own address.
WORKER = "try-worker.js"

#: Request fields that scripts must not set, by WHATWG Fetch §2.2.2 (forbidden request-header).
_FORBIDDEN = re.compile(
    r"(accept-(charset|encoding)|access-control-request-.*|connection|content-length|cookie|date|dnt|expect|host"
    r"|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|(proxy|sec)-.*)\Z",
    re.IGNORECASE,
)
#: Fields that are about a connection or a moment, of which a service worker's response has none.
_OF_A_CONNECTION = frozenset({"Connection", "Date"})


def outputs(library: Library) -> Iterator[Output]:
    for language in library.settings.languages:
        yield Output(f"lab/try.{language.tag}.json", partial(_prepare, library, language), stamp=library.world)
    worker = Path(__file__).with_name("try-worker.js").read_bytes()
    yield Output.of(WORKER, key_of("worker", worker), lambda: worker)


def _prepare(library: Library, language: Language) -> tuple[str, Make]:
    from .lexicon import lexicon  # noqa: PLC0415 - what the teaching server needs is loaded when there is a table to make

    words = lexicon(library)
    catalogue = library.strings[language.key].texts
    texts = {key: catalogue[f"try.{key}"] for key in TRY}
    own = sorted(item for item in words.words.items() if item[0][0] == language.tag)
    key = key_of("try", generator.identity(), language, own, texts)
    return key, partial(_make, words, language, texts)


def _make(words: Lexicon, language: Language, texts: Mapping[str, str]) -> bytes:
    codes = sorted(code for tag, code in words.words if tag == language.tag)
    return canonical_json({"texts": texts, "codes": {code: _entry(code, words, language.tag) for code in codes}})


def _entry(code: int, words: Lexicon, language: str) -> dict[str, Any]:
    """How to ask for ``code`` and, if a service worker can send it, the answer (WHATWG Fetch §5.5: 200–599)."""
    from .responses import PATH, asked, respond  # noqa: PLC0415
    from .teaching import lesson  # noqa: PLC0415

    ask = lesson(code).ask
    entry: dict[str, Any] = {
        "method": ask.method,
        "fields": [field for field in ask.fields if not _FORBIDDEN.match(field[0])],
        "unsent": [name for name, _ in ask.fields if _FORBIDDEN.match(name)],
        "curl": curl(ask),
    }
    if ask.content:
        entry["content"] = ask.content
    if code >= 200:
        made = respond(code, asked(code, f"{PATH}{code}", language), words, "")
        assert made.final
        fields = [field for field in made.final.fields if field[0] not in _OF_A_CONNECTION]
        entry["answer"] = {"reason": made.final.reason, "fields": fields, "content": made.content.decode()}
    return entry


def curl(ask: Ask) -> str:
    """The command that sends ``ask`` to ``{url}``. ``-i`` shows interim responses too."""
    words = ["curl", "-i"]
    if ask.method != ("POST" if ask.content else "GET"):
        words += ["-X", ask.method]
    for name, value in ask.fields:
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if ask.content:
        words += ["-d", shlex.quote(ask.content)]
    return " ".join([*words, "'{url}'"])
