"""What runs between the disk and the browsers: the watcher, the door and the reload socket.

The livereload package speaks the protocol (official-7); the timing is ours. Its own watcher polls every 800 ms
and ignores what changes within three seconds, ours hears from the kernel and tells at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

from livereload.handlers import LiveReloadHandler
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.routing import AnyMatches, Matcher, PathMatches, Rule, RuleRouter
from tornado.web import Application as WebApplication
from tornado.web import HTTPError
from tornado.wsgi import WSGIContainer
from watchfiles import Change, awatch

from . import assets
from .preview import Application, Site, View
from .problems import BadInput, Problem
from .responses import PATH, SILENCE, Lexicon
from .sources import FOLDERS, SETTINGS, is_source_name
from .takeover import Takeover

#: Milliseconds without another change after which the changes so far are told: an editor's save is several.
SETTLED = 5
#: The longest that changes which keep coming are held back, in milliseconds.
HELD_BACK = 50

#: Problems sent to a browser; the terminal has them all.
SHOWN_PROBLEMS = 50
#: Bytes; what a page has to say to us is short.
LARGEST_MESSAGE = 16_384

P = ParamSpec("P")
T = TypeVar("T")

#: The folders at the root that sources are in.
_TOP = frozenset(folder.partition("/")[0] for folder in FOLDERS)


async def in_background(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``function`` on a thread that nobody has to wait for when the server is ended."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def finish(set_outcome: Callable[[Any], None], outcome: Any) -> None:
        if not done.cancelled():
            set_outcome(outcome)

    def work() -> None:
        try:
            outcome: tuple[Callable[[Any], None], Any] = (done.set_result, function(*args, **kwargs))
        except Exception as error:
            outcome = (done.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(finish, *outcome)

    threading.Thread(target=work, daemon=True).start()
    return await done


# --- the disk ---------------------------------------------------------------------------------------


class Watch:
    """The paths of sources as they change, in batches: ``async for changed in watch``.

    The source folders are watched with all below them, the root by itself: it tells of ``site.toml``, which
    editors replace, and of source folders that come and go.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._batches: asyncio.Queue[set[str] | BaseException] = asyncio.Queue()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Begin to listen. What changes after this returned will be told."""
        self._run("root", self._follow_root())
        self._run("folders", self._follow_folders())
        await asyncio.sleep(0)  # both run up to where they wait, listening

    def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    async def __aiter__(self) -> AsyncIterator[set[str]]:
        while True:
            batch = await self._batches.get()
            if isinstance(batch, BaseException):
                raise batch
            while not self._batches.empty():
                more = self._batches.get_nowait()
                batch |= more if isinstance(more, set) else set()
            yield batch

    def _run(self, name: str, follow: Any) -> None:
        if name in self._tasks:
            self._tasks[name].cancel()
        self._tasks[name] = asyncio.create_task(follow)
        self._tasks[name].add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error:
            self._batches.put_nowait(error)

    async def _follow_root(self) -> None:
        async for changes in self._changes(self.root, recursive=False):
            paths = {path for _, path in changes}
            if any(path in _TOP for change, path in changes if change is not Change.modified):
                self._run("folders", self._follow_folders())
                await asyncio.sleep(0)
            self._put(path for path in paths if path == SETTINGS or path in _TOP)

    async def _follow_folders(self) -> None:
        folders = [self.root / folder for folder in FOLDERS if (self.root / folder).is_dir()]
        if not folders:
            return
        with contextlib.suppress(FileNotFoundError):  # gone again: the root will tell when it comes back
            async for changes in self._changes(*folders, recursive=True):
                self._put(path for _, path in changes if all(map(is_source_name, path.split("/"))))

    async def _changes(self, *paths: Path, recursive: bool) -> AsyncIterator[set[tuple[Change, str]]]:
        """What changed, with paths from the root."""
        listening = awatch(
            *paths,
            watch_filter=None,
            step=SETTLED,
            debounce=HELD_BACK,
            recursive=recursive,
            ignore_permission_denied=True,  # reading reports it
        )
        async for changes in listening:
            yield {(change, os.path.relpath(path, self.root).replace(os.sep, "/")) for change, path in changes}

    def _put(self, paths: Iterable[str]) -> None:
        batch = set(paths)
        if batch:
            self._batches.put_nowait(batch)


# --- the door ---------------------------------------------------------------------------------------


class Hosts(Matcher):
    """The names that a request may ask for us by.

    A hostile page can have its own domain name lead to this machine (DNS rebinding) and would then read the
    site as its own; but it cannot change the name in the request. As a matcher, it matches what to refuse.
    """

    _NETLOC = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^][:@/?#\s]+))(?::(?P<port>[0-9]{1,5}))?", re.I)

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host.lower(), port
        self.everywhere = self.host in ("", "0.0.0.0", "::")

    def __contains__(self, netloc: str) -> bool:
        match = self._NETLOC.fullmatch(netloc)
        if not match or int(match["port"] or 80) != self.port:
            return False
        name = (match["v6"] or match["name"]).lower()
        if name in ("localhost", self.host):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or self.everywhere  # an address is nobody's domain name

    def is_origin(self, origin: str) -> bool:
        """Whether ``origin`` is that of our own pages."""
        scheme, _, netloc = origin.partition("://")
        return scheme == "http" and netloc in self

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return None if request.headers.get("Host", "") in self else {}


def refuse(request: HTTPServerRequest) -> None:
    """Answer what was meant for another host (RFC 9110, section 15.5.20)."""
    status = HTTPStatus.MISDIRECTED_REQUEST
    body = b"This server does not answer to that name.\n"
    headers = HTTPHeaders({"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))})
    assert request.connection is not None
    line = ResponseStartLine("HTTP/1.1", status.value, status.phrase)
    request.connection.write_headers(line, headers, b"" if request.method == "HEAD" else body)
    request.connection.finish()


# --- the browsers -----------------------------------------------------------------------------------


class Tab(LiveReloadHandler):  # type: ignore[misc] # the package has no types
    """The socket to one open page. It knows which version of which path the page shows."""

    def initialize(self, live: Live) -> None:
        self.live, self.path, self.version, self.alerted = live, "/", "", False
        self.kind = ""  # of page, by the sheet that it carries; empty while that is not known

    def prepare(self) -> None:
        """Refuse pages of other sites: browsers let them open sockets to anywhere."""
        origin = self.request.headers.get("Origin")
        if origin is not None and not self.live.hosts.is_origin(origin):
            raise HTTPError(HTTPStatus.FORBIDDEN)

    async def on_message(self, message: str | bytes) -> None:
        said = _object(message)
        if said.get("command") not in ("hello", "info"):
            return
        super().on_message(message)  # greets, and counts us among its waiters
        if said["command"] == "info":
            with contextlib.suppress(ValueError):
                self.path = unquote(urlsplit(str(said.get("url"))).path)
            self.version = str(said.get("version") or "")
            self.show(await self.live.view(self))

    def show(self, view: View, *, changed: bool = False) -> None:
        """Bring the page to ``view``; ``changed`` if something did that the page may depend on."""
        outdated = bool(self.version) and view.version != self.version
        if outdated or (changed and not view.problems):
            self.reload("*", anew=not changed or bool(view.problems))
            self.version = view.version
        elif view.problems:
            self.alert(view.problems)

    def reload(self, path: str, *, anew: bool = False) -> None:
        """Have the page take over what has changed, or be loaded ``anew`` as it may be of another server."""
        self.send_message({"command": "reload", "path": path, "liveCSS": True, "liveImg": True, "anew": anew})

    def restyle(self, sheet: str) -> None:
        """Have the page look as it will with the ``sheet`` that it is going to carry, while it is still being made."""
        self.send_message({"command": "restyle", "sheet": sheet})

    def alert(self, problems: tuple[Problem, ...]) -> None:
        """The protocol's alert, with ``problems`` for those who can show them better."""
        self.alerted = True
        shown = [
            {
                "place": str(Problem(p.path, p.line, p.column, "")).removesuffix(": "),
                "message": p.message,
                "hint": p.hint,
            }
            for p in problems[:SHOWN_PROBLEMS]
        ]
        text = "\n".join(map(str, problems[:SHOWN_PROBLEMS]))
        self.send_message({"command": "alert", "message": text, "problems": shown, "count": len(problems)})

    def swap(self, paths: Iterable[str]) -> None:
        """Have the page take over changed stylesheets without loading itself again."""
        self.version = ""  # it names its stylesheets by content, so it counts as another
        for path in paths:
            self.reload(path)


class Live:
    """The site with its open pages."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site = site
        self.hosts = Hosts(host, port)

    @property
    def tabs(self) -> list[Tab]:
        return [tab for tab in LiveReloadHandler.waiters if isinstance(tab, Tab)]

    def router(self, pool: ThreadPoolExecutor) -> RuleRouter:
        """Who answers what: the door, the socket, the teacher, and the site's WSGI application on its own threads."""
        socket = WebApplication(
            [("/livereload", Tab, {"live": self})],
            websocket_max_message_size=LARGEST_MESSAGE,
            websocket_ping_interval=30,
        )
        pages = WSGIContainer(Application(self.site), pool)
        return RuleRouter(
            [
                Rule(self.hosts, refuse),
                Rule(PathMatches("/livereload"), socket),
                Rule(PathMatches(f".*{PATH}[^/]*$"), Takeover(self._words)),
                Rule(AnyMatches(), pages),
            ]
        )

    def _words(self) -> Lexicon:
        """What the teacher says, as the sources stand now."""
        if not self.site.plan:
            return SILENCE
        from .lexicon import lexicon  # noqa: PLC0415 - is loaded with the plan, not before

        return lexicon(self.site.plan.library)

    async def announce(self, changed: frozenset[str]) -> None:
        """Tell every open page what the ``changed`` sources mean for it, when that is ready to be fetched."""
        sheets = self._stylesheets(changed)
        if any(map(assets.is_inside, sheets)):
            await self._restyle()
        for tab in self.tabs:
            view = await self.view(tab)
            if sheets and not tab.alerted and not view.problems:
                tab.swap(f"{self.site.prefix}/{sheet}" for sheet in sheets)
            else:
                tab.show(view, changed=True)

    def _stylesheets(self, changed: frozenset[str]) -> list[str]:
        """The changed files if all are stylesheets of a site without problems."""
        plan = self.site.plan
        if self.site.problems or not plan or not all(map(_is_stylesheet, changed)):
            return []
        return sorted(changed)

    async def _restyle(self) -> None:
        """Send every page the sheet that its kind carries now: it need not wait for the page itself."""
        inside = self.site.plan.inside if self.site.plan else None
        with contextlib.suppress(BadInput):  # a sheet is broken: the page will say so
            for tab in self.tabs:
                if inside and tab.kind and not tab.alerted:
                    tab.restyle((await in_background(inside.of, tab.kind)).styles[0])

    async def view(self, tab: Tab) -> View:
        """What ``tab`` is to show."""
        view = await in_background(self.site.view, tab.path)
        plan = self.site.plan
        if plan and not tab.kind:
            with contextlib.suppress(BadInput):
                tab.kind = await in_background(plan.inside.kind_of, view.body)
        return view


def _is_stylesheet(path: str) -> bool:
    return path.startswith(f"{assets.FOLDER}/") and path.endswith(".css")


def _object(message: str | bytes) -> dict[str, Any]:
    """The JSON object in ``message``; an empty one if it holds something else."""
    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
