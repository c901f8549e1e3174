"""The recording origin: an HTTP/1.1 server of our own, as the answers wanted are ones that no library would send.

It listens on two ports of 127.0.0.1 and answers each request with the bytes an experiment gives it. Below ``/board/``
it keeps what is PUT there and gives it back, for browsers, whose calls come from a page.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO

#: Seconds a connection may stay idle: longer than any driver waits.
IDLE = 15
#: Seconds in which a client notices that a connection is gone.
SETTLED = 0.05
BOARD = "/board/"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came. Names in ``headers`` are lower-case; ``connection`` counts them, ``at`` is in seconds.

    ``first`` says that nothing came over its connection before.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int
    first: bool
    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, and whether the connection is closed after them."""

    data: bytes
    close: bool = False
    #: Whether the client's other connections are closed as well, so that nothing odd is left for the next case.
    clear: bool = False


def response(status: int, *headers: str, body: bytes = b"", phrase: str = "As Asked") -> bytes:
    """A response with its ``Content-Length``, and the header that tells it from one a client made up."""
    head = "".join(
        f"{line}\r\n" for line in (f"HTTP/1.1 {status} {phrase}", "X-Origin: lab", f"Content-Length: {len(body)}")
    )
    return (head + "".join(f"{line}\r\n" for line in headers) + "\r\n").encode() + body


class Origin:
    """The server, while it is entered. ``decide`` is given each request and says the answer; one at a time."""

    def __init__(self, decide: Callable[[Request], Answer]) -> None:
        self._decide, self._lock = decide, threading.Lock()
        self._open: dict[int, socket.socket] = {}
        self._count = 0
        self._board: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.ports = tuple(listener.getsockname()[1] for listener in self._listeners)

    def __enter__(self) -> Origin:
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            self._hang_up(set(self._open))

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(IDLE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._count += 1
            number = self._count
            self._open[number] = connection
        with contextlib.suppress(OSError, ValueError), connection, connection.makefile("rb") as stream:
            for order, (method, path, headers, body) in enumerate(_read(connection, stream)):
                with self._lock:
                    answer = self._answer(Request(method, path, headers, body, number, order == 0, time.monotonic()))
                connection.sendall(answer.data)
                if answer.close:
                    break
        with self._lock:
            self._open.pop(number, None)

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith(BOARD):
            return self._keep(request)
        if request.method == "OPTIONS":  # a browser asks whether it may: it may
            wanted = request.headers.get("access-control-request-headers", "")
            return Answer(
                response(204, *cross_origin(request), "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE")
                .replace(b"Content-Length: 0\r\n", f"Access-Control-Allow-Headers: {wanted}\r\n".encode())
            )  # fmt: skip
        if request.path == "/favicon.ico":
            return Answer(response(404))
        self.requests.append(request)
        answer = self._decide(request)
        others = set(self._open) - {request.connection}
        if answer.clear and others:
            self._hang_up(others)
            time.sleep(SETTLED)  # or the client takes one of them for its next request before it has heard
        return answer

    def _keep(self, request: Request) -> Answer:
        if request.method == "PUT":
            self._board[request.path] = request.body
            return Answer(response(204).replace(b"Content-Length: 0\r\n", b""))
        data = self._board.get(request.path)
        kind = "text/html" if request.path.endswith(".html") else "text/plain"
        kind = f"Content-Type: {kind}; charset=utf-8"
        return Answer(response(404) if data is None else response(200, kind, "Cache-Control: no-store", body=data))

    def _hang_up(self, numbers: set[int]) -> None:
        for number in numbers:
            with contextlib.suppress(OSError):
                self._open.pop(number).shutdown(socket.SHUT_RDWR)


def cross_origin(request: Request) -> tuple[str, ...]:
    """The headers that let a page of another origin send and read whatever it likes (Fetch, CORS protocol)."""
    origin = request.headers.get("origin")
    return (f"Access-Control-Allow-Origin: {origin}", "Access-Control-Allow-Credentials: true") if origin else ()


def _read(connection: socket.socket, stream: BinaryIO) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """The requests of a connection. Raises ValueError for what is none."""
    while line := stream.readline(65536):
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (line := stream.readline(65536)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", ""):
            body = b"".join(_chunks(stream))
        else:
            body = stream.read(int(headers.get("content-length", 0)))
        yield method, path, headers, body


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while size := int(stream.readline(1024).split(b";")[0], 16):
        yield stream.read(size)
        stream.readline(2)
    while stream.readline(65536) not in (b"\r\n", b"\n", b""):
        pass
