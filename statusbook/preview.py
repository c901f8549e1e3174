"""The site as its sources stand now, made page by page as somebody asks, in memory.

:class:`Site` knows nothing of the web and :class:`Application` speaks WSGI (PEP 3333) and nothing else. A
request never reaches the disk: its path is looked up in the plan.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import posixpath
import threading
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from . import policy, sources, standing
from .garbage import settling
from .output import Output
from .problems import BadInput, Problem
from .sources import Snapshot
from .standing import Standing

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from .pipeline import Plan
    from .planner import Planner

#: The script that every page gets here, and only here: it keeps the page up to date.
CLIENT = "/_live/client.js"

#: How many finished outputs are kept.
MEMORY = 512

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml; charset=utf-8",
}

Report = Callable[[Sequence[Problem]], None]


@dataclass(frozen=True, slots=True)
class View:
    """What a path shows at the moment.

    ``version`` stands for ``body``: a browser that shows another version is out of date. ``problems`` say why
    the body is older than the sources.
    """

    status: HTTPStatus
    media_type: str
    body: bytes
    version: str
    problems: tuple[Problem, ...] = ()
    location: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    """The newest bytes of an output; with problems, those that were right before ``key``, or None."""

    key: str
    body: bytes | None
    version: str = ""
    problems: tuple[Problem, ...] = ()


class Site:
    """The last good plan, what is wrong with the sources since, and the outputs made so far.

    ``report`` is called once with every problem that comes up, from any thread.
    """

    def __init__(self, root: Path, report: Report, *, base_url: str | None = None, drafts: bool = False) -> None:
        self.root, self.base_url, self.drafts = root, base_url, drafts
        self.plan: Plan | None = None
        self.problems: tuple[Problem, ...] = ()
        self._headers = policy.headers(policy.Inlined())
        self._standing: Standing | None = None  # what is shown until there is a plan
        self._planned = threading.Event()
        self._snapshot = Snapshot(())
        self._made: OrderedDict[str, _Made] = OrderedDict()
        self._making = threading.Lock()
        self._earlier: Plan | None = None  # the newest plan before this of which nothing is known to have failed
        self._sound = False  # the same of this one
        self._report, self._reported = report, frozenset[Problem]()

    # --- following the sources ----------------------------------------------------------------------

    def open(self) -> bool:
        """Read the sources, and show what the last build made of them until :meth:`update` has planned.

        Returns False if it made something else: then there is nothing to show before that.
        """
        with settling():
            self._snapshot = sources.read_tree(self.root)
            self._standing = standing.find(self.root, self._snapshot, base_url=self.base_url, drafts=self.drafts)
        return self._standing is not None

    def update(self, changed: Iterable[str] = ()) -> frozenset[str]:
        """Read the ``changed`` sources again and plan. Returns the paths of those that really differ.

        A path may be a folder's. With broken sources the last good plan stays. Not to be called twice at once.
        """
        before, paths = self._snapshot, set(changed)
        after = sources.reread(self.root, before, paths) if self.plan and paths else None
        if after:
            different = frozenset(path for path in paths if before[path].digest != after[path].digest)
        else:
            after = sources.read_tree(self.root, before, _files(paths, before))
            different = _different(before, after)
        if different or before.problems != after.problems or self.plan is None:
            self._snapshot = after
            self._replan(different)
        return different

    @cached_property
    def _planner(self) -> Planner:
        from .planner import Planner  # noqa: PLC0415 - takes long to load: what the last build left is shown meanwhile

        return Planner(self.root, base_url=self.base_url, drafts=self.drafts)

    def _replan(self, different: frozenset[str]) -> None:
        try:
            plan = self._planner.plan(self._snapshot, different)
            if plan is not self.plan:
                if self._sound:
                    self._earlier = self.plan
                self.plan, self._sound = plan, True
            self.problems = ()
        except BadInput as error:
            self.problems = error.problems
        except Exception as error:  # the server outlives a mistake of the generator
            self.problems = (_mistake(error),)
        self._planned.set()
        self._standing = None
        self._reported &= frozenset(self.problems)
        self._tell(self.problems)

    def _tell(self, problems: Iterable[Problem]) -> None:
        new = [problem for problem in problems if problem not in self._reported]
        if new:
            self._reported |= frozenset(new)
            self._report(new)

    # --- showing it ---------------------------------------------------------------------------------

    @property
    def headers(self) -> policy.Headers:
        """The header fields of every response: those of the published site, or the last that could be made."""
        if self.plan:
            with contextlib.suppress(BadInput):  # a style sheet is broken: pages have the one before
                self._headers = self.plan.headers
        elif stands := self._standing:
            return stands.headers
        return self._headers

    @property
    def prefix(self) -> str:
        """The path that the site is published under, by its base URL; without a slash at its end."""
        stands = self._standing
        if self.plan:
            return prefix_of(self.plan.library.settings.base_url)
        return prefix_of(stands.base_url) if stands else ""

    def view(self, path: str) -> View:
        """What the decoded ``path`` of an address shows. Whatever happens, there is something."""
        stands, plan, prefix = self._standing, self.plan, self.prefix  # in this order: there is one of the two
        outputs = plan.outputs if plan else stands.outputs if stands else None
        if outputs is None:
            return _excuse(self.problems)
        name, location = look_up(outputs, prefix, path)
        if location:
            return View(HTTPStatus.MOVED_PERMANENTLY, MEDIA_TYPES[".html"], b"", "", location=location)
        status = HTTPStatus.OK if name else HTTPStatus.NOT_FOUND
        name = name or _not_found_page(outputs, path.removeprefix(prefix))
        if not name:
            return View(status, MEDIA_TYPES[".txt"], b"There is no such page.\n", "")
        if plan:
            return self._shown(status, name, self._make(plan.outputs[name]))
        body = stands.read(name) if stands else None
        if body is not None:
            return self._shown(status, name, _Made("", body, _version(body)))
        self._planned.wait()  # somebody has changed the file
        return self.view(path)

    def _shown(self, status: HTTPStatus, name: str, made: _Made) -> View:
        problems = (*self.problems, *made.problems)
        if made.body is None:
            return _excuse(problems)
        media_type = MEDIA_TYPES.get(posixpath.splitext(name)[1], "application/octet-stream")
        return View(status, media_type, made.body, made.version, problems)

    def _make(self, output: Output) -> _Made:
        """The bytes of ``output``, made once; after a failure those it had before. One at a time."""
        with self._making:
            made = self._made.get(output.path)
            if made is None or made.key != output.key:
                new = _try(output)
                if new.problems:
                    self._sound = False
                    self._tell(new.problems)
                    new = replace(self._last_good(output.path), key=output.key, problems=new.problems)
                made = self._made[output.path] = new
                if len(self._made) > MEMORY:
                    self._made.popitem(last=False)
            self._made.move_to_end(output.path)
            return made

    def _last_good(self, path: str) -> _Made:
        """What the output ``path`` was before it failed; without a body if it never was."""
        last = self._made.get(path)
        if last and last.body is not None:
            return last
        output = self._earlier.outputs.get(path) if self._earlier else None
        return _try(output) if output else _Made("", None)


def _try(output: Output) -> _Made:
    try:
        body = output.make()
    except BadInput as error:
        return _Made(output.key, None, problems=error.problems)
    except Exception as error:  # the server outlives a mistake of the generator
        return _Made(output.key, None, problems=(_mistake(error),))
    return _Made(output.key, body, _version(body))


def _version(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _files(changed: Iterable[str], known: Snapshot) -> set[str]:
    """``changed`` with the known files below those that are folders."""
    paths = set(changed)
    folders = tuple(f"{path}/" for path in paths - known.keys())
    return paths | {path for path in known if path.startswith(folders)} if folders else paths


def _different(before: Snapshot, after: Snapshot) -> frozenset[str]:
    """The paths that came, went or have other bytes."""
    paths = before.keys() | after.keys()
    pairs = ((path, before.get(path), after.get(path)) for path in paths)
    return frozenset(path for path, a, b in pairs if a is not b and (not a or not b or a.digest != b.digest))


def prefix_of(base_url: str) -> str:
    """The path in ``base_url``, without a slash at its end."""
    return unquote(urlsplit(base_url).path).rstrip("/")


def look_up(outputs: Container[str], prefix: str, path: str) -> tuple[str, str]:
    """The output that ``path`` names, or the address where it is found instead, or neither."""
    if not path.startswith("/"):
        return "", ""
    inside = path.startswith(f"{prefix}/")
    name = path.removeprefix(prefix if inside else "")[1:]
    if not name or name.endswith("/"):
        name += "index.html"
    elif f"{name}/index.html" in outputs:
        return "", f"{prefix}/{name}/"
    if name not in outputs:
        return "", ""
    return (name, "") if inside else ("", f"{prefix}/{name.removesuffix('index.html')}")


def _not_found_page(outputs: Container[str], path: str) -> str:
    """The nearest ``404.html`` above ``path``: below ``/en/`` it is in English."""
    folder = path.strip("/")
    while folder:
        folder = folder.rpartition("/")[0]
        page = f"{folder}/404.html" if folder else "404.html"
        if page in outputs:
            return page
    return "404.html" if "404.html" in outputs else ""


def _mistake(error: Exception) -> Problem:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return Problem("statusbook", 0, 0, f"the generator failed: {text}", "This is our mistake, not yours: report it.")


def _excuse(problems: tuple[Problem, ...]) -> View:
    """A page that lists ``problems``, for when there is nothing older to show."""
    items = "".join(f"<li><pre>{html.escape(str(problem))}</pre></li>\n" for problem in problems)
    body = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>This page cannot be made</title>\n'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">\n</head>\n'
        f"<body>\n<main>\n<h1>This page cannot be made</h1>\n<ul>\n{items}</ul>\n</main>\n</body>\n</html>\n"
    ).encode()
    return View(HTTPStatus.INTERNAL_SERVER_ERROR, MEDIA_TYPES[".html"], body, _version(body), problems)


class Application:
    """A site over WSGI: GET and HEAD, each answer fit to be asked for again."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client = Path(__file__).with_name("live.js").read_bytes()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        view = self.answer(environ)
        headers = [
            ("Content-Type", view.media_type),
            ("Content-Length", str(len(view.body))),
            ("Cache-Control", "no-cache"),
            ("Server", "Statusbook"),
            *self.site.headers,
        ]
        if view.location:
            query = environ.get("QUERY_STRING")
            headers.append(("Location", view.location + (f"?{query}" if query else "")))
        if view.status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "GET, HEAD"))
        if view.status is HTTPStatus.OK:
            headers.append(("ETag", f'"{view.version}"'))
            if f'"{view.version}"' in environ.get("HTTP_IF_NONE_MATCH", ""):
                view, headers = replace(view, status=HTTPStatus.NOT_MODIFIED, body=b""), headers[2:]
        start_response(f"{view.status.value} {view.status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [view.body]

    def answer(self, environ: WSGIEnvironment) -> View:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return View(HTTPStatus.METHOD_NOT_ALLOWED, MEDIA_TYPES[".txt"], b"GET and HEAD only.\n", "")
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if path == CLIENT:
            version = hashlib.sha256(self.client).hexdigest()[:16]
            return View(HTTPStatus.OK, MEDIA_TYPES[".js"], self.client, version)
        view = self.site.view(path)
        return _with_client(view) if view.media_type == MEDIA_TYPES[".html"] else view


def _with_client(view: View) -> View:
    """The page with the script that keeps it up to date; the published site never has it."""
    script = f'<script src="{CLIENT}" data-version="{view.version}" defer></script>\n'.encode()
    return replace(view, body=view.body.replace(b"<head>\n", b"<head>\n" + script, 1))
