"""The teaching server's side of one connection: bytes in, bytes out, no I/O.

h11 reads and writes HTTP/1.1; what to answer is ``responses``. A connection carries one exchange and is closed, so that
every lesson can be watched by itself. Whoever holds the socket sends what :meth:`Teacher.receive` returns, closes it
when ``ended``, and says when the client takes too long.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TypeVar

import h11

from .responses import Answer, Head, Lexicon, Request, answer, code_of, respond
from .teaching import LARGEST_CONTENT

#: Bytes of a request's head that are read before it is refused with 431.
LARGEST_HEAD = 16_384
#: Seconds in which a request has to be complete, and in which a client has to close after the last word.
PATIENCE, PARTING = 10.0, 2.0
#: Bytes that are read from a socket at once.
CHUNK = 65_536
#: Bytes that h11 is given at once: it holds a head to its limit only while more of it is to come.
_PIECE = 2_048

#: RFC 6455 §5: an unmasked text frame and a close frame with the status 1000. A server must not mask.
_GREETING = b"Statusbook"
_FRAMES = bytes([0x81, len(_GREETING)]) + _GREETING + b"\x88\x02\x03\xe8"

Response = TypeVar("Response", h11.InformationalResponse, h11.Response)


def now() -> str:
    """This moment as an HTTP-date."""
    return format_datetime(datetime.now(UTC), usegmt=True)


class Teacher:
    """One connection. ``hosts`` says which names of ours a request may use (a guard against DNS rebinding)."""

    def __init__(
        self, lexicon: Lexicon, *, hosts: Callable[[str], bool] = lambda _: True, clock: Callable[[], str] = now
    ) -> None:
        self.ended = False
        self._lexicon, self._hosts, self._clock = lexicon, hosts, clock
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._request: Request | None = None
        self._answer: Answer | None = None
        self._content = 0
        self._switched = False

    def receive(self, data: bytes) -> bytes:
        """What to send after ``data`` came in; empty ``data`` means that the client sends no more."""
        if self.ended:
            return b""
        if self._switched:  # whatever it says: we have said goodbye, and so does any client that answers
            self.ended = True
            return b""
        out = b""
        try:
            for start in range(0, max(1, len(data)), _PIECE):
                self._connection.receive_data(data[start : start + _PIECE])
                out += b"".join(self._events())
                if self.ended:
                    break
        except h11.RemoteProtocolError as error:
            out += self._refuse(error.error_status_hint)
        return out

    def late(self) -> bytes:
        """What to send to a client that took too long."""
        waiting = self._connection.their_state is h11.SEND_BODY or self._connection.trailing_data[0]
        if self.ended or self._switched or not waiting:
            self.ended = True
            return b""
        return self._refuse(408)

    def _events(self) -> list[bytes]:
        out: list[bytes] = []
        while not self.ended and not self._switched:
            event = self._connection.next_event()
            if isinstance(event, h11.Request):
                out.append(self._begin(event))
            elif isinstance(event, h11.Data):
                self._content += len(event.data)
                if self._content > LARGEST_CONTENT:
                    out.append(self._refuse(413))
            elif isinstance(event, h11.EndOfMessage):
                out.append(self._finish())
            elif isinstance(event, h11.ConnectionClosed):
                self.ended = True
            else:  # it needs data, or waits until the client has sent its content
                break
        return out

    def _begin(self, event: h11.Request) -> bytes:
        """The head has come: what can be said before the content."""
        self._request = request = _request(event)
        code = code_of(request.target)
        if not self._hosts(request.get("host")):
            return self._refuse(421)
        self._answer = found = answer(request, self._lexicon, self._clock())
        if self._connection.they_are_waiting_for_100_continue and code != 100:
            return self._finish()  # RFC 9110 §10.1.1: a final status at once, and the content need not be sent
        return b"".join(self._send(head) for head in found.interim if head.status != 101)

    def _finish(self) -> bytes:
        assert self._answer is not None
        if self._answer.final is None:
            self._switched = True
            return self._send(self._answer.interim[0]) + _FRAMES
        return self._send_final(self._answer.final, self._answer.content)

    def _refuse(self, status: int) -> bytes:
        """What the client is told when its request goes no further."""
        if self._connection.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.ended = True
            return b""
        request = self._request or Request("GET", "/", {})
        final = respond(status, request, self._lexicon, self._clock())
        assert final.final is not None
        return self._send_final(final.final, final.content)

    def _send(self, head: Head) -> bytes:
        return self._connection.send(_event(h11.InformationalResponse, head)) or b""

    def _send_final(self, head: Head, content: bytes) -> bytes:
        out = self._connection.send(_event(h11.Response, head)) or b""
        if content:
            out += self._connection.send(h11.Data(data=content)) or b""
        out += self._connection.send(h11.EndOfMessage()) or b""
        self.ended = True
        return out


def _event(kind: type[Response], head: Head) -> Response:
    fields = [(name.encode("ascii"), value.encode("latin-1")) for name, value in head.fields]
    return kind(status_code=head.status, reason=head.reason.encode("latin-1"), headers=fields)


def _request(event: h11.Request) -> Request:
    fields: dict[str, str] = {}
    for name, value in event.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    target = event.target.decode("ascii", "replace")
    return Request(event.method.decode("ascii"), target, fields, event.http_version.decode("ascii"))
