"""What a new capture shows that the one kept does not, with what differs from run to run left out.

Only comparison normalises; captures keep what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from statusbook.captures import Capture, Message

from .run import fields_of

#: Fields whose value may be another every time; that they are there is compared.
VOLATILE = frozenset(
    "age alt-svc content-length content-md5 date etag expires host if-match if-none-match if-modified-since "
    "if-unmodified-since keep-alive last-modified lock-token if location link set-cookie sec-websocket-accept "
    "sec-websocket-key server user-agent via x-cache x-request-id x-varnish x-powered-by www-authenticate "
    "proxy-authenticate authorization proxy-authorization x-cache-lookup x-squid-error".split()
)
#: Characters that a sentence about a difference quotes.
_SHOWN = 200
#: Dates, addresses with ports, versions, and the long numbers of processes, requests and moments.
_MASKS = (
    (re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "DATE"),
    (re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?"), "DATE"),
    (re.compile(r"\w{3} \w{3} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}"), "DATE"),
    (re.compile(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})?"), "DATE"),
    (re.compile(r'(?<="\\x16\\x03\\x01)[^"]*'), "…"),  # a TLS ClientHello that a server logged as a request line
    (re.compile(r"\b\d+#\d+\b|\b([pt]id) \d+\b"), r"\1 N"),  # however many digits a process has
    (re.compile(r"(127\.0\.0\.\d+|localhost|\[::1\]):\d+"), r"\1:PORT"),
    (re.compile(r'(?<="err_id":")[a-z0-9]+'), "ID"),
    (re.compile(r"\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b", re.I), "ID"),
    (re.compile(r"(?<!HTTP/)(?<=[/ ])v?\d+\.\d+(?:\.\d+)*[\w.+~-]*"), "VERSION"),
    (re.compile(r"(?<!HTTP/)(?<!HTTP/\d\.)\b(?!\d{3}\b)\d+\b"), "N"),
)
#: What stands for bytes that are no text.
_BINARY = "(binary)"


def mask(text: str) -> str:
    """``text`` without what changes from run to run; three-digit numbers stay, status codes among them."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def mask_line(line: str) -> str:
    """A line of a log in the same way. Its numbers are times, ports and sizes; the recipe names those that matter."""
    return re.sub(r"\s+", " ", re.sub(r"\d+", "N", mask(line)))


def _short(items: list[str]) -> list[str]:
    return [item if len(item) <= _SHOWN else f"{item[:_SHOWN]}…" for item in items]


def differences(old: Capture, new: Capture) -> Iterator[str]:
    """What changed, a sentence each; nothing when the exchange is the same."""
    if old.statuses != new.statuses:
        yield f"status codes were {list(old.statuses)}, are {list(new.statuses)}"
    if _http(old) != _http(new):
        yield f"the protocol was {old.protocol}, is {new.protocol}"
    for sender in ("client", "server"):
        yield from _heads(sender, old, new)
    before, after = (mask(content(capture)) for capture in (old, new))
    if before != after:
        yield f"the content was {before[:200]!r}, is {after[:200]!r}"
    before_log, after_log = ([mask_line(line) for log in c.logs for line in log.lines] for c in (old, new))
    if before_log != after_log:
        yield f"the log said {_short(before_log)}, says {_short(after_log)}"


def version_changes(old: Capture, new: Capture) -> Iterator[str]:
    for title in sorted(old.versions.keys() | new.versions.keys()):
        before, after = old.versions.get(title, "nothing"), new.versions.get(title, "nothing")
        if before != after:
            yield f"{title} was {before}, is {after}"


def _heads(sender: str, old: Capture, new: Capture) -> Iterator[str]:
    before, after = (list(_fields(capture.messages, sender)) for capture in (old, new))
    gone, come = [item for item in before if item not in after], [item for item in after if item not in before]
    if gone:
        yield f"the {sender} no longer sends {_short(gone)}"
    if come:
        yield f"the {sender} now sends {_short(come)}"


def _fields(messages: tuple[Message, ...], sender: str) -> Iterator[str]:
    for message in messages:
        if message.sender == sender:
            for part in message.parts():
                head = _readable(part.head)
                yield mask(head.partition("\n")[0].strip())
                for name, value in fields_of(part.head) if head is not _BINARY else ():
                    yield f"{name}: …" if name.lower() in VOLATILE else f"{name}: {_value(name, value)}"


def _value(name: str, value: str) -> str:
    """A field's value; the methods of Allow have no order (RFC 9110 §10.2.1)."""
    return ", ".join(sorted(re.split(r",\s*", value))) if name.lower() == "allow" else mask(value)


def content(capture: Capture) -> str:
    """The content of all messages; that which is no text only by its being there."""
    parts = (part.content for message in capture.messages for part in message.parts())
    return "\n".join(_readable(data) for data in parts if data)


def _readable(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _BINARY


def _http(capture: Capture) -> str:
    return capture.protocol.partition(",")[0]
