"""``serve``: the plan evaluated lazily, a page when a browser asks for it, and followed as the sources change."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from .live import Live, Watch, in_background
from .preview import Site
from .problems import Problem

ENDED, WRONG_INPUT = 0, 2

#: Threads that answer requests. One renders at a time; the others are there so that what is made already need not wait.
THREADS = 4
#: Bytes of a request's body that are read before it is refused.
LARGEST_BODY = 65_536
#: Seconds that a thread may keep others waiting: none that plans or renders is to hold up one that answers.
TURN = 0.001
#: Seconds after which a connection without a request is closed.
IDLE = 120


def serve(
    root: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    drafts: bool = False,
    open_browser: bool = False,
    quiet: bool = False,
    base_url: str | None = None,
) -> int:
    """Show the project at ``root`` until Ctrl-C, bringing browsers up to date with every edit.

    Writes nothing to the disk. Broken sources do not end it. Returns the exit status: 0 when it was ended, 2 when
    it could not begin. ``port`` 0 takes any free one.
    """
    terminal = Terminal(quiet=quiet)
    root = root.resolve()
    if not (root / "content").is_dir():
        return terminal.give_up(f"{root / 'content'}: there is no such folder")
    try:
        sockets = bind_sockets(port, host)
    except (OSError, UnicodeError) as error:
        return terminal.give_up(_why_not(error, host, port))
    logging.getLogger("livereload").disabled = True  # a tab that was closed is no error
    logging.getLogger("tornado.access").disabled = True
    logging.getLogger("tornado.general").disabled = True
    sys.setswitchinterval(TURN)
    site = Site(root, terminal.problems, base_url=base_url, drafts=drafts)
    server = Server(site, host, sockets, terminal)
    try:
        asyncio.run(server.run(open_browser=open_browser))
    except KeyboardInterrupt:
        pass
    except OSError as error:  # such as too many watched folders for the system
        return terminal.give_up(f"{error.filename or root}: {error.strerror or error}")
    return ENDED


def _why_not(error: OSError | UnicodeError, host: str, port: int) -> str:
    """Why ``host`` and ``port`` cannot be listened on."""
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"{host}: there is no such host"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: end the other server, or choose another port with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine"
    return f"{host} port {port}: {error.strerror or error}"


class Server:
    """One run: listening, reading, and then following every change."""

    def __init__(self, site: Site, host: str, sockets: Sequence[socket.socket], terminal: Terminal) -> None:
        self.site, self.host, self.sockets, self.terminal = site, host, sockets, terminal
        self.port: int = sockets[0].getsockname()[1]
        self.live = Live(site, host, self.port)
        self.watch = Watch(site.root)

    async def run(self, *, open_browser: bool) -> None:
        """Serve until interrupted."""
        following = asyncio.ensure_future(self._follow(open_browser))
        with contextlib.suppress(NotImplementedError):  # Windows: asyncio.run() handles Ctrl-C there
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, following.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await following

    async def _follow(self, open_browser: bool) -> None:
        pool = ThreadPoolExecutor(THREADS, "answer")
        server = HTTPServer(self.live.router(pool), max_body_size=LARGEST_BODY, idle_connection_timeout=IDLE)
        try:
            await self.watch.start()
            stands = await in_background(self.site.open)
            if not stands:
                await in_background(self.site.update)
            server.add_sockets(self.sockets)
            self._ready(open_browser)
            if stands:
                await in_background(self.site.update)
            async for changed in self.watch:
                await self._changed(changed)
        finally:
            server.stop()
            self.watch.stop()
            pool.shutdown(wait=False, cancel_futures=True)

    def _ready(self, open_browser: bool) -> None:
        if not all(ipaddress.ip_address(each.getsockname()[0]).is_loopback for each in self.sockets):
            self.terminal.warn(f"{self.host or 'this address'} can be reached from other machines")
        url = f"http://{_in_url(self.host)}:{self.port}{quote(self.site.prefix)}/"
        self.terminal.say(f"serving {url} (Ctrl-C ends)")
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    async def _changed(self, paths: set[str]) -> None:
        started = time.perf_counter()
        broken = bool(self.site.problems)
        different = await in_background(self.site.update, paths)
        if not different and broken == bool(self.site.problems):
            return
        await self.live.announce(different)
        if not self.site.problems:
            mended = ", all mended" if broken else ""
            milliseconds = (time.perf_counter() - started) * 1000
            self.terminal.note(f"{_several(different)}: {milliseconds:.0f} ms{mended}")


def _in_url(host: str) -> str:
    """``host`` as it stands in an address that this machine's browser can open."""
    if host in ("", "0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _several(paths: frozenset[str]) -> str:
    """One path by its name, more by their number."""
    return next(iter(paths)) if len(paths) == 1 else f"{len(paths)} files"


class Terminal:
    """Where the person reads who started the server. Lines may come from any thread."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet

    def say(self, line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def note(self, line: str) -> None:
        """Say what a person who wants quiet can do without."""
        if not self.quiet:
            self.say(line)

    def problems(self, problems: Sequence[Problem]) -> None:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        self._complain("\n".join([*map(str, problems), count]))

    def warn(self, line: str) -> None:
        self._complain(f"serve: warning: {line}")

    def give_up(self, line: str) -> int:
        self._complain(f"serve: {line}")
        return WRONG_INPUT

    def _complain(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
