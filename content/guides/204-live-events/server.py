"""Receives user-behaviour records by POST /events, answers 204, and forwards each record to every page
that has GET /stream open (Server-Sent Events). Python 3.11 or newer, no packages:

    INGEST_TOKEN=change-me python3 server.py
"""

import hmac
import json
import os
import re
import signal
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8080"))
TOKEN = os.environ.get("INGEST_TOKEN", "")
HEARTBEAT = float(os.environ.get("HEARTBEAT_SECONDS", "15"))
MAX_BODY = 16 * 1024  # bytes; one record is far smaller
MAX_TEXT = {"id": 64, "user": 100, "action": 100, "page": 2000}  # characters of each field
KEEP = 1000  # events held for pages that were away or are slow

HERE = Path(__file__).parent
FILES = {
    "/": ((HERE / "page.html").read_bytes(), "text/html; charset=utf-8"),
    "/page.js": ((HERE / "page.js").read_bytes(), "text/javascript; charset=utf-8"),
    "/page.css": ((HERE / "page.css").read_bytes(), "text/css; charset=utf-8"),
}
ALLOW = {"/events": "POST", "/stream": "GET, HEAD"} | dict.fromkeys(FILES, "GET, HEAD")
# Only our own script, style and stream: text from a record can never run as a script.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class History:
    """The last events, shared by all threads. A page is only a position in it, the number of the event to
    send next: a slow page falls behind instead of filling our memory, and nobody waits for it."""

    def __init__(self) -> None:
        self.changed = threading.Condition()  # its lock guards the three below
        self.events: list[tuple[str, bytes]] = []  # (id, text to send), at most KEEP
        self.numbers: dict[str, int] = {}  # id given by the pushing service -> number of the event
        self.first = 0  # number of events[0]

    def publish(self, event_id: str, text: bytes) -> None:
        with self.changed:
            if event_id in self.numbers:
                return  # a retry of a push that we already have
            self.numbers[event_id] = self.first + len(self.events)
            self.events.append((event_id, text))
            if len(self.events) > KEEP:
                del self.numbers[self.events.pop(0)[0]]
                self.first += 1
            self.changed.notify_all()

    def start(self, last_id: str | None) -> int:
        """Where a page begins: at the next event, or after the last one that it saw (at the oldest one that
        we have, if we do not know that id any more)."""
        with self.changed:
            if last_id is None:
                return self.first + len(self.events)
            return self.numbers.get(last_id, self.first - 1) + 1

    def after(self, position: int) -> list[bytes] | None:
        """Wait for events from position on: [] if HEARTBEAT seconds brought none, None if we dropped it."""
        with self.changed:
            self.changed.wait_for(lambda: position < self.first + len(self.events), HEARTBEAT)
            if position < self.first:
                return None
            start = position - self.first
            return [text for _, text in self.events[start : start + 50]]


history = History()


class RefusedError(Exception):
    """Ends a request with this status, reason and header fields."""

    def __init__(self, status: int, reason: str, **fields: str) -> None:
        self.status, self.body = status, f"{reason}\n".encode()
        self.fields = {name.replace("_", "-"): value for name, value in fields.items()}


def pick(record: object) -> dict[str, str]:
    """The fields that the page shows, and nothing else of what was sent."""
    event: dict[str, str] = {}
    for name, most in MAX_TEXT.items():
        text = record.get(name) if isinstance(record, dict) else None
        if not isinstance(text, str) or not 0 < len(text) <= most:
            raise RefusedError(422, f"{name} must be a string of 1 to {most} characters")
        event[name] = text
    if not re.fullmatch("[A-Za-z0-9_.:-]+", event["id"]):  # it goes into a line "id: ..."
        raise RefusedError(422, "id may hold A-Z a-z 0-9 _ . : -")
    return event | {"time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}


class Handler(BaseHTTPRequestHandler):  # one connection, in a thread of its own
    protocol_version = "HTTP/1.1"  # the pushing service may keep its connection
    disable_nagle_algorithm = True  # small events leave at once
    timeout = 30  # seconds without progress, reading or writing

    def route(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            if path not in ALLOW:
                raise RefusedError(404, "Not found")
            if self.command not in ALLOW[path].split(", "):
                raise RefusedError(405, "Method not allowed", Allow=ALLOW[path])
            if path == "/events":
                self.ingest()
            elif path == "/stream":
                self.stream(parse_qs(query))
            else:
                body, kind = FILES[path]
                fields = {"Content-Type": kind, "Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
                self.respond(200, body, fields)
        except RefusedError as refused:
            self.respond(refused.status, refused.body, {"Content-Type": "text/plain", **refused.fields})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = route  # noqa: N815

    def ingest(self) -> None:
        # Who is it? Before a byte of the content is read, and in a time that does not depend on the guess.
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), TOKEN.encode()):
            challenge = 'Bearer realm="events"' + (', error="invalid_token"' if scheme else "")
            raise RefusedError(401, "Missing or wrong token", WWW_Authenticate=challenge)
        if self.headers.get_content_type() != "application/json":
            raise RefusedError(415, "Send application/json", Accept="application/json")
        length = ", ".join(self.headers.get_all("Content-Length", []))
        if not length or "Transfer-Encoding" in self.headers:  # http.server does not decode chunks
            raise RefusedError(411, "Send Content-Length")
        if not re.fullmatch("[0-9]{1,15}", length):
            raise RefusedError(400, "Bad Content-Length")
        if int(length) > MAX_BODY:
            raise RefusedError(413, f"At most {MAX_BODY} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise RefusedError(400, "Incomplete")
        try:
            record = json.loads(body.decode(), parse_constant=int)  # int() refuses NaN and Infinity
        except (ValueError, RecursionError):
            raise RefusedError(400, "Not JSON") from None
        event = pick(record)
        history.publish(event["id"], f"id: {event['id']}\ndata: {json.dumps(event)}\n\n".encode())
        self.begin(204)  # done, and nothing to say: no content, no Content-Length

    def stream(self, query: dict[str, list[str]]) -> None:
        # X-Accel-Buffering tells nginx to pass every event on at once; the stream ends with its connection.
        fields = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        self.begin(200, fields | {"X-Accel-Buffering": "no", "Connection": "close"})
        if self.command == "HEAD":
            return
        # The last event that the page saw: from a browser that reconnects, or from our script.
        position = history.start(self.headers.get("Last-Event-ID") or query.get("after", [None])[0])
        self.wfile.write(b"retry: 2000\n\n")  # after a broken connection the browser waits 2 seconds
        while (texts := history.after(position)) is not None:
            # A comment line keeps idle connections alive through proxies and finds the dead ones.
            self.wfile.write(b"".join(texts) or b":\n\n")
            position += len(texts)

    def begin(self, status: int, fields: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (fields or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def respond(self, status: int, body: bytes, fields: dict[str, str]) -> None:
        """Any answer but 204 and the stream. It ends the connection, so that content which nobody read cannot
        be taken for the next request."""
        self.begin(status, fields | {"Content-Length": str(len(body)), "Connection": "close"})
        if self.command != "HEAD":
            self.wfile.write(body)
        # Closing while content is still coming in could destroy this answer on its way (RFC 9112, 9.6).
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2)
        deadline = time.monotonic() + 10
        while self.rfile.read1(65536) and time.monotonic() < deadline:
            pass

    def log_message(self, *args: object) -> None:
        pass  # a line for every push would bury everything else


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # connections waiting to be accepted

    def handle_error(self, *args: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # the other side left: that is no error of ours
            super().handle_error(*args)


def main() -> None:
    if not TOKEN:
        sys.exit("Set INGEST_TOKEN to a long random secret; the pushing service must send the same one.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # both raise KeyboardInterrupt below
    with Server((HOST, PORT), Handler) as server:
        try:
            sys.stdout.write(f"Listening on http://{HOST}:{server.server_port}/\n")
            sys.stdout.flush()
            server.serve_forever()
        except KeyboardInterrupt:
            pass  # leaving main ends the threads, and with them the streams


if __name__ == "__main__":
    main()
