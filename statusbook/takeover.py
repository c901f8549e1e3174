"""``/lab/status/…`` under ``serve``: the teaching server on the development server's own connections.

Tornado has read the request's head when the connection is taken from it; from there on the teacher speaks, so that
the browser gets interim responses, protocol switches and framing as the lesson has them, not as a framework would.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.iostream import IOStream, StreamClosedError

from .responses import Lexicon
from .teacher import CHUNK, PARTING, PATIENCE, Teacher


class Takeover(HTTPServerConnectionDelegate):
    """Takes each connection that is routed here. ``lexicon`` gives the words of the moment, None if there are none."""

    def __init__(self, lexicon: Callable[[], Lexicon]) -> None:
        self.lexicon = lexicon
        self.talks: set[asyncio.Task[None]] = set()

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        return _Head(self, request_conn)


class _Head(HTTPMessageDelegate):
    """Waits for the head of the request, which is all that the framework may read."""

    def __init__(self, takeover: Takeover, connection: Any) -> None:
        self.takeover, self.connection = takeover, connection

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        head = f"{start_line.method} {start_line.path} {start_line.version}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.get_all())
        stream = self.connection.detach()
        teacher = Teacher(self.takeover.lexicon())
        task = asyncio.ensure_future(_talk(stream, teacher, f"{head}\r\n".encode("latin-1", "replace")))
        self.takeover.talks.add(task)
        task.add_done_callback(self.takeover.talks.discard)


async def _talk(stream: IOStream, teacher: Teacher, head: bytes) -> None:
    """Lead the exchange to its end and close."""
    try:
        with contextlib.suppress(StreamClosedError):
            await _exchange(stream, teacher, head)
            await _part(stream)
    finally:
        stream.close()


async def _exchange(stream: IOStream, teacher: Teacher, data: bytes) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        out = teacher.receive(data)
        if out:
            await stream.write(out)
        if teacher.ended:
            return
        try:
            async with asyncio.timeout_at(deadline):
                data = await stream.read_bytes(CHUNK, partial=True)
        except TimeoutError:
            await stream.write(teacher.late())
            return
        except StreamClosedError:
            return


async def _part(stream: IOStream) -> None:
    """Say that nothing follows, and wait a little for the client's end: a close with unread data would reset the
    connection, and the client might lose what it was told last (RFC 9112 §9.6).
    """
    with contextlib.suppress(TimeoutError, OSError):
        stream.socket.shutdown(1)
        async with asyncio.timeout(PARTING):
            left = CHUNK
            while left > 0:
                left -= len(await stream.read_bytes(left, partial=True))
