"""The teaching server's answer to a request: interim responses, the final one and its content. No I/O, no clock.

``teaching`` says what a code requires; here that becomes the fields and the content of one response, in the language
and the form that the request asks for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from .negotiation import best
from .teaching import FIRST_PART, REPRESENTATION, WITHOUT_CONTENT, Fields, Lesson, lesson

#: Below this path, and after the site's own prefix, every status code has its resource.
PATH = "/lab/status/"

#: RFC 9112 §10.2: the messages themselves, as content, instead of what they do.
TRANSCRIPT = "application/http"
PROBLEM = "application/problem+json"  # RFC 9457
PLAIN_TEXT = "text/plain"

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
#: A folder that may be repeated in a response: it leads to no other host and means nothing in a Link or in XML.
_FOLDER = re.compile(rf"(?:/[A-Za-z0-9._~%-]+)*{PATH}\Z")
_CODE = re.compile(r"[1-5][0-9][0-9]\Z")
_RANGE = re.compile(r"bytes=(?:([0-9]{1,9})-([0-9]{0,9})|-([0-9]{1,9}))\Z")
#: RFC 6455 §4.2.1: 16 bytes in Base64.
_KEY = re.compile(r"[+/0-9A-Za-z]{21}[AQgw]==\Z")
_WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3


@dataclass(frozen=True, slots=True)
class Words:
    """What the handbook calls a status code in one language."""

    phrase: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of all codes: ``words[tag, code]``; ``languages`` are BCP 47 tags, the default one first.

    ``unknown`` is, by tag, the summary of a code that the handbook does not have.
    """

    languages: tuple[str, ...]
    words: Mapping[tuple[str, int], Words]
    unknown: Mapping[str, str]

    def look_up(self, code: int, language: str) -> Words:
        known = self.words.get((language, code))
        if known:
            return known
        first = code // 100
        summary = self.unknown[language].format(n=code, **{"class": f"{first}xx", "like": f"{first}00"})
        return Words("", "", summary)


#: Of a book that cannot be read.
SILENCE = Lexicon(("en",), {}, {"en": ""})


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head. Field names are in lower case, a repeated field's values are joined (RFC 9110 §5.3)."""

    method: str
    target: str
    fields: Mapping[str, str]
    version: str = "1.1"

    def get(self, name: str) -> str:
        return self.fields.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class Head:
    """A response's status line and fields."""

    status: int
    reason: str
    fields: Fields

    def encode(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(f"{name}: {value}" for name, value in self.fields), "", ""]
        return "\r\n".join(lines).encode("latin-1")


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is sent for one request. Without a final response, the protocol is another afterwards."""

    interim: tuple[Head, ...]
    final: Head | None
    content: bytes = b""

    def encode(self) -> bytes:
        """The messages as they cross the wire."""
        heads = (*self.interim, self.final) if self.final else self.interim
        return b"".join(head.encode() for head in heads) + self.content


def code_of(target: str) -> int | None:
    """The status code that a request's target asks for."""
    path = target.partition("?")[0]
    _, found, name = path.rpartition(PATH)
    return int(name) if found and _CODE.match(name) else None


def answer(request: Request, lexicon: Lexicon, date: str) -> Answer:
    """What is sent for ``request`` at ``date`` (an HTTP-date, RFC 9110 §5.6.7)."""
    code = code_of(request.target)
    if code is None or request.method in ("CONNECT", "TRACE"):
        return respond(404 if code is None else 501, request, lexicon, date)
    if best(request.get("accept"), (PLAIN_TEXT, PROBLEM, TRANSCRIPT)) == TRANSCRIPT:
        return _described(code, request, lexicon, date)
    return respond(code, request, lexicon, date)


def asked(code: int, target: str, language: str) -> Request:
    """The request that ``code`` is the right answer to."""
    ask = lesson(code).ask
    fields = {name.lower(): value for name, value in ask.fields}
    return Request(ask.method, f"{target.partition('?')[0]}?lang={language}", fields)


def respond(code: int, request: Request, lexicon: Lexicon, date: str) -> Answer:
    """A response with ``code`` to ``request``, whatever it asked for."""
    if code < 200:
        return _interim(code, request, lexicon, date)
    if code == 206:
        return _part(request, lexicon, date)
    rule = lesson(code)
    reason = lexicon.look_up(code, _language(request, lexicon)).phrase
    values = _values(request)
    fields = [(name, _filled(value, values)) for name, value in rule.fields]
    content, described = _content(code, rule, request, lexicon, values)
    connection = "Upgrade, close" if code == 426 else "close"
    head = [
        ("Date", date),
        ("Server", "Statusbook"),
        ("Connection", connection),
        *_caching(code, rule),
        *fields,
        *described,
    ]
    if code not in (204, 304):  # RFC 9110 §8.6: never in 204; in 304 it would speak of a 200's content
        head.append(("Content-Length", str(len(content))))
    return Answer((), Head(code, reason, tuple(head)), b"" if request.method == "HEAD" else content)


def _always(date: str, connection: str = "close") -> Fields:
    return (("Date", date), ("Server", "Statusbook"), ("Connection", connection))


def _caching(code: int, rule: Lesson) -> Fields:
    """Nothing here is worth keeping, but where the lesson is about what a client has kept already."""
    validated = any(name == "ETag" for name, _ in rule.fields) and code < 400
    vary = () if rule.content else (("Vary", "Accept, Accept-Language"),)
    return (("Cache-Control", "no-cache" if validated else "no-store"), *vary)


def _values(request: Request) -> Mapping[str, str]:
    """What stands for the placeholders of the table."""
    path = request.target.partition("?")[0]
    folder = path[: path.rfind("/") + 1]
    asked = {"GET", "HEAD"} if request.method in ("GET", "HEAD") else {request.method}
    return {
        "here": folder if _FOLDER.match(folder) else PATH,
        "allow": ", ".join(method for method in _METHODS if method not in asked),
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    return text.replace("{here}", values["here"]).replace("{allow}", values["allow"])


# --- content ------------------------------------------------------------------------------------------


def _content(
    code: int, rule: Lesson, request: Request, lexicon: Lexicon, values: Mapping[str, str]
) -> tuple[bytes, Fields]:
    """The content and the fields that describe it."""
    if code in WITHOUT_CONTENT:
        return b"", ()
    if rule.content:
        return _filled(rule.content, values).encode(), (("Content-Type", rule.media_type),)
    language = _language(request, lexicon)
    words = lexicon.look_up(code, language)
    hints = [_filled(hint, values) for hint in rule.hints]
    if code >= 400 and best(request.get("accept"), (PLAIN_TEXT, PROBLEM)) == PROBLEM:
        problem = {"type": "about:blank", "title": words.phrase or str(code), "status": code, "detail": words.summary}
        data = (
            json.dumps({**problem, **({"hints": hints} if hints else {})}, ensure_ascii=False, indent=2).encode()
            + b"\n"
        )
        return data, (("Content-Type", PROBLEM), ("Content-Language", language))
    text = "\n".join([f"{code} {words.phrase or words.title}".rstrip(), "", words.summary, *hints, ""])
    return text.encode(), (("Content-Type", "text/plain; charset=utf-8"), ("Content-Language", language))


def _language(request: Request, lexicon: Lexicon) -> str:
    """The language of ``?lang=``, else the one that ``Accept-Language`` likes best, else the default."""
    wanted = parse_qs(request.target.partition("?")[2]).get("lang", [""])[-1].lower()
    for tag in lexicon.languages:
        if wanted and wanted in (tag.lower(), tag.lower().partition("-")[0]):
            return tag
    return best(request.get("accept-language"), lexicon.languages) or lexicon.languages[0]


def _part(request: Request, lexicon: Lexicon, date: str) -> Answer:
    """206 with the part that ``Range`` names, or 416 (RFC 9110 §14.1.2, §14.2)."""
    size = len(REPRESENTATION)
    start, end = _range(request.get("range"), size) or (0, FIRST_PART - 1)
    if start >= size:
        return respond(416, request, lexicon, date)
    rule = lesson(206)
    fields = (
        *_always(date),
        *_caching(206, rule),
        *rule.fields,
        ("Content-Type", rule.media_type),
        ("Content-Range", f"bytes {start}-{end}/{size}"),
        ("Content-Length", str(end - start + 1)),
    )
    content = b"" if request.method == "HEAD" else REPRESENTATION[start : end + 1]
    return Answer((), Head(206, lexicon.look_up(206, lexicon.languages[0]).phrase, fields), content)


def _range(field: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte of a single range, which may lie behind the end; None for what is no such range."""
    match = _RANGE.match(field)
    if not match:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(0, size - int(suffix)), size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last or size), size - 1)


# --- interim responses ---------------------------------------------------------------------------------


def _interim(code: int, request: Request, lexicon: Lexicon, date: str) -> Answer:
    """The interim response and the final one after it.

    HTTP/1.0 knows no interim responses (RFC 9110 §15.2), and some must not be sent unasked.
    """
    rule = lesson(code)
    may = request.version != "1.0" and (not rule.needs or request.get(rule.needs))
    if code == 101:
        accept = _accept(request)
        if not may or not accept:
            return respond(426, request, lexicon, date)
        fields = (*rule.fields, ("Sec-WebSocket-Accept", accept))
        return Answer((Head(101, lexicon.look_up(101, lexicon.languages[0]).phrase, fields),), None)
    final = respond(200, request, lexicon, date)
    if not may:
        return final
    values = _values(request)
    fields = tuple((name, _filled(value, values)) for name, value in rule.fields)
    return replace(final, interim=(Head(code, lexicon.look_up(code, lexicon.languages[0]).phrase, fields),))


def _accept(request: Request) -> str:
    """``Sec-WebSocket-Accept`` for an opening handshake (RFC 6455 §4.2); empty for what is none."""
    key = request.get("sec-websocket-key").strip()
    is_handshake = (
        request.method == "GET"
        and "websocket" in _listed(request.get("upgrade"))
        and "upgrade" in _listed(request.get("connection"))
        and request.get("sec-websocket-version").strip() == "13"
        and _KEY.match(key)
    )
    return base64.b64encode(hashlib.sha1((key + _WEBSOCKET).encode()).digest()).decode() if is_handshake else ""


def _listed(value: str) -> list[str]:
    return [item.strip().lower() for item in value.split(",")]


# --- a description instead of the thing ----------------------------------------------------------------


def _described(code: int, request: Request, lexicon: Lexicon, date: str) -> Answer:
    """200 with the messages that the right request would get as its content: clients hide some of them."""
    told = asked(code, request.target, _language(request, lexicon))
    content = respond(code, told, lexicon, date).encode()
    fields = (
        *_always(date),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept, Accept-Language"),
        ("Content-Type", f"{TRANSCRIPT}; msgtype=response"),
        ("Content-Length", str(len(content))),
    )
    return Answer((), Head(200, "OK", fields), b"" if request.method == "HEAD" else content)
