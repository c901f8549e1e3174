"""What a correct response with each status code has, beyond what every response has: one table, with its sources.

The teaching server answers by it (``responses`` and ``teacher``), and so do the published pages without a server
(``tryit``). Of a code that is not in the table nothing is required but its own number.

In values and contents ``{here}`` stands for the folder of the request's target and ``{allow}`` for the methods that a
resource has which does not support the request's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]

#: Bytes of content that the teacher reads; more is 413.
LARGEST_CONTENT = 65_536
#: The representation that ranges are taken from, and how many bytes of it are sent when no range is named.
REPRESENTATION = b"0123456789abcdefghijklmnopqrstuvwxyz\n"
FIRST_PART = 10

#: Statuses that never have content: RFC 9110 §15.3.5, §15.3.6, §15.4.5.
WITHOUT_CONTENT = frozenset({204, 205, 304})

_DAV = 'xmlns:D="DAV:"'
_XML = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class Ask:
    """The request that the code is the right answer to."""

    method: str = "GET"
    fields: Fields = ()
    content: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a response with the code has.

    ``fields`` belong to the response with the code; of an interim response, to it and not to the final one. ``hints``
    are lines below the words of the content, in no language. ``content`` with its ``media_type`` replaces the words.
    ``needs`` names a request field without which the code must not be sent. ``spec`` are the sections that say so.
    """

    spec: str
    fields: Fields = ()
    ask: Ask = Ask()
    hints: tuple[str, ...] = ()
    content: str = ""
    media_type: str = ""
    needs: str = ""


_TEXT = (("Content-Type", "text/plain"),)
_UPGRADE = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "c3RhdHVzYm9vayBsYWIgMQ=="),
)
_UPLOAD = (("Content-Type", "text/plain"), ("Upload-Draft-Interop-Version", "8"), ("Upload-Complete", "?1"))
_THERE = (("Location", "{here}200"),)

#: RFC 4918 §13: one property is protected (403), and so the other one was not changed either (424).
_MULTISTATUS = f"""{_XML}<D:multistatus {_DAV} xmlns:X="urn:example:statusbook">
  <D:response>
    <D:href>{{here}}207</D:href>
    <D:propstat>
      <D:prop><D:getetag/></D:prop>
      <D:status>HTTP/1.1 403 Forbidden</D:status>
      <D:error><D:cannot-modify-protected-property/></D:error>
    </D:propstat>
    <D:propstat>
      <D:prop><X:author/></D:prop>
      <D:status>HTTP/1.1 424 Failed Dependency</D:status>
    </D:propstat>
  </D:response>
</D:multistatus>
"""
_PROPPATCH = (
    f'<D:propertyupdate {_DAV} xmlns:X="urn:example:statusbook"><D:set><D:prop>'
    '<D:getetag>"1"</D:getetag><X:author>A</X:author></D:prop></D:set></D:propertyupdate>'
)
#: RFC 5842 §7.1: the same collection by its second name, without its members.
_ALREADY_REPORTED = f"""{_XML}<D:multistatus {_DAV}>
  <D:response>
    <D:href>{{here}}200</D:href>
    <D:propstat>
      <D:prop><D:resource-id><D:href>urn:uuid:00000000-0000-4000-8000-000000000208</D:href></D:resource-id></D:prop>
      <D:status>HTTP/1.1 200 OK</D:status>
    </D:propstat>
  </D:response>
  <D:response>
    <D:href>{{here}}208</D:href>
    <D:propstat>
      <D:prop><D:resource-id><D:href>urn:uuid:00000000-0000-4000-8000-000000000208</D:href></D:resource-id></D:prop>
      <D:status>HTTP/1.1 208 Already Reported</D:status>
    </D:propstat>
  </D:response>
</D:multistatus>
"""
_PROPFIND = f"<D:propfind {_DAV}><D:prop><D:resource-id/></D:prop></D:propfind>"
#: RFC 4918 §16: the precondition that was not met.
_LOCKED = (
    f"{_XML}<D:error {_DAV}><D:lock-token-submitted><D:href>{{here}}423</D:href></D:lock-token-submitted></D:error>\n"
)

LESSONS: Mapping[int, Lesson] = {
    100: Lesson("RFC 9110 §15.2.1, §10.1.1", ask=Ask("POST", (*_TEXT, ("Expect", "100-continue")), "hello")),
    101: Lesson(
        "RFC 9110 §15.2.2, §7.8; RFC 6455 §4.2.2",
        (("Connection", "Upgrade"), ("Upgrade", "websocket")),
        Ask(fields=_UPGRADE),
        needs="Upgrade",
    ),
    102: Lesson("RFC 2518 §10.1", ask=Ask("POST", _TEXT, "hello")),
    103: Lesson("RFC 8297 §2", (("Link", "<{here}200>; rel=preload; as=fetch"),)),
    104: Lesson(
        "draft-ietf-httpbis-resumable-upload, Upload Creation",
        (("Location", "{here}204"), ("Upload-Limit", f"max-size={LARGEST_CONTENT}")),
        Ask("POST", _UPLOAD, "hello"),
        needs="Upload-Complete",
    ),
    201: Lesson("RFC 9110 §15.3.2", _THERE, Ask("POST", _TEXT, "hello")),
    202: Lesson("RFC 9110 §15.3.3", ask=Ask("POST", _TEXT, "hello"), hints=("{here}200",)),
    204: Lesson("RFC 9110 §15.3.5", ask=Ask("PUT", _TEXT, "hello")),
    205: Lesson("RFC 9110 §15.3.6", ask=Ask("POST", _TEXT, "hello")),
    206: Lesson(
        "RFC 9110 §15.3.7, §14.4",
        (("Accept-Ranges", "bytes"), ("ETag", '"206"')),  # Content-Range depends on the request: see responses
        Ask(fields=(("Range", f"bytes=0-{FIRST_PART - 1}"),)),
        content=REPRESENTATION.decode(),
        media_type="text/plain; charset=utf-8",
    ),
    207: Lesson(
        "RFC 4918 §11.1, §13",
        ask=Ask("PROPPATCH", (("Content-Type", "application/xml"),), _PROPPATCH),
        content=_MULTISTATUS,
        media_type="application/xml; charset=utf-8",
    ),
    208: Lesson(
        "RFC 5842 §7.1, §8.2",
        ask=Ask("PROPFIND", (("Content-Type", "application/xml"), ("Depth", "infinity"), ("DAV", "bind")), _PROPFIND),
        content=_ALREADY_REPORTED,
        media_type="application/xml; charset=utf-8",
    ),
    226: Lesson(
        "RFC 3229 §10.4.1, §10.5.2",
        (("IM", "diffe"), ("ETag", '"2"'), ("Delta-Base", '"1"')),
        Ask(fields=(("A-IM", "diffe"), ("If-None-Match", '"1"'))),
        content="1c\nThe second edition.\n.\n",  # an ed script, as `diff -e` writes it
        media_type="text/plain; charset=utf-8",
    ),
    300: Lesson(
        "RFC 9110 §15.4.1; RFC 8288 §3",
        (("Link", '<{here}200?lang=zh>; rel="alternate"'), ("Link", '<{here}200?lang=en>; rel="alternate"')),
        hints=("{here}200?lang=zh", "{here}200?lang=en"),
    ),
    301: Lesson("RFC 9110 §15.4.2", _THERE),
    302: Lesson("RFC 9110 §15.4.3", _THERE),
    303: Lesson("RFC 9110 §15.4.4", _THERE, Ask("POST", _TEXT, "hello")),
    304: Lesson("RFC 9110 §15.4.5", (("ETag", '"304"'),), Ask(fields=(("If-None-Match", '"304"'),))),
    305: Lesson("RFC 9110 §15.4.6"),  # deprecated: it named a proxy, which no client must trust
    307: Lesson("RFC 9110 §15.4.8", _THERE, Ask("POST", _TEXT, "hello")),
    308: Lesson("RFC 9110 §15.4.9", _THERE, Ask("POST", _TEXT, "hello")),
    401: Lesson("RFC 9110 §15.5.2, §11.6.1", (("WWW-Authenticate", 'Basic realm="Statusbook", charset="UTF-8"'),)),
    405: Lesson("RFC 9110 §15.5.6", (("Allow", "{allow}"),), Ask("DELETE")),
    406: Lesson(
        "RFC 9110 §15.5.7", ask=Ask(fields=(("Accept", "image/webp"),)), hints=("{here}200  text/plain; charset=utf-8",)
    ),
    407: Lesson("RFC 9110 §15.5.8, §11.7.1", (("Proxy-Authenticate", 'Basic realm="Statusbook"'),)),
    409: Lesson("RFC 9110 §15.5.10", ask=Ask("PUT", _TEXT, "hello")),
    411: Lesson("RFC 9110 §15.5.12", ask=Ask("POST", (*_TEXT, ("Transfer-Encoding", "chunked")), "hello")),
    412: Lesson("RFC 9110 §15.5.13", (("ETag", '"412"'),), Ask("PUT", (*_TEXT, ("If-Match", '"411"')), "hello")),
    413: Lesson("RFC 9110 §15.5.14", ask=Ask("POST", _TEXT, "hello")),
    415: Lesson(
        "RFC 9110 §15.5.16, §12.5.1, §12.5.3",
        (("Accept", "application/json"), ("Accept-Encoding", "identity")),
        Ask("POST", (("Content-Type", "text/csv"),), "a,b"),
    ),
    416: Lesson(
        "RFC 9110 §15.5.17, §14.4",
        (("Content-Range", f"bytes */{len(REPRESENTATION)}"), ("Accept-Ranges", "bytes")),
        Ask(fields=(("Range", "bytes=1000-"),)),
    ),
    417: Lesson("RFC 9110 §15.5.18, §10.1.1", ask=Ask("POST", (*_TEXT, ("Expect", "a-miracle")), "hello")),
    422: Lesson("RFC 9110 §15.5.21", ask=Ask("POST", (("Content-Type", "application/json"),), '{"age":-1}')),
    423: Lesson(
        "RFC 4918 §11.3, §16",
        ask=Ask("PUT", _TEXT, "hello"),
        content=_LOCKED,
        media_type="application/xml; charset=utf-8",
    ),
    424: Lesson("RFC 4918 §11.4", ask=Ask("PROPPATCH"), hints=("{here}207",)),
    425: Lesson("RFC 8470 §5.2", ask=Ask(fields=(("Early-Data", "1"),))),
    426: Lesson(
        "RFC 9110 §15.5.22, §7.8", (("Upgrade", "websocket"),), hints=("Connection: Upgrade", "Upgrade: websocket")
    ),
    428: Lesson("RFC 6585 §3", (("ETag", '"428"'),), Ask("PUT", _TEXT, "hello"), hints=('If-Match: "428"',)),
    429: Lesson("RFC 6585 §4", (("Retry-After", "30"),)),
    431: Lesson("RFC 6585 §5", hints=("Cookie",)),
    451: Lesson(
        "RFC 7725 §3, §4", (("Link", '<https://example.com/>; rel="blocked-by"'),), hints=("https://example.com/",)
    ),
    501: Lesson("RFC 9110 §15.6.2", ask=Ask("BREW")),
    503: Lesson("RFC 9110 §15.6.4, §10.2.3", (("Retry-After", "120"),)),
    505: Lesson("RFC 9110 §15.6.6", hints=("HTTP/1.1",)),
    507: Lesson("RFC 4918 §11.5", ask=Ask("PUT", _TEXT, "hello")),
    508: Lesson("RFC 5842 §7.2", ask=Ask("PROPFIND", (("Depth", "infinity"),))),
    510: Lesson("RFC 2774 §7", hints=('Man: "urn:example:statusbook"',)),
    511: Lesson("RFC 6585 §6", hints=("{here}200",)),
}

#: Of a code that is not in the table.
PLAIN = Lesson("RFC 9110 §15")


def lesson(code: int) -> Lesson:
    """The lesson of ``code``."""
    return LESSONS.get(code, PLAIN)
