"""Which clients are measured, under which settings, and what each needs to be there."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import browser

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
#: What the lab builds and installs for itself.
OWN = ROOT / ".lab"

#: Experiments that clients take part in; caches have others.
EVERY = frozenset({"redirects", "retries", "odd"})


@dataclass(frozen=True, slots=True)
class Client:
    """A client with its settings. ``name`` is what pages call it: the program, then the settings that differ.

    ``command`` starts the driver. ``programs``, ``modules`` (Python) and ``packages`` (npm) must be there; ``source``
    says where they come from.
    """

    key: str
    name: str
    command: tuple[str, ...]
    source: str
    programs: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    experiments: frozenset[str] = EVERY
    is_browser: bool = False

    @property
    def missing(self) -> str:
        """What is not there, in words; empty when the client can be run."""
        names = [name for name in self.programs if not shutil.which(name)]
        names += [name for name in self.modules if importlib.util.find_spec(name) is None]
        names += [name for name in self.packages if not (OWN / "node_modules" / name).is_dir()]
        return f"{', '.join(names)} ({self.source})" if names else ""


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"lab.clients.{module}", *arguments)


def _own(program: str, file: str, *arguments: str) -> tuple[str, ...]:
    return (program, str(FOLDER / file), *arguments)


_REDIRECTS, _RETRIES = frozenset({"redirects"}), frozenset({"retries"})
_NPM = "npm, see lab/package.json"
_PIP = "requirements/lab.txt"
_JDK = "Debian default-jdk-headless"
_WGET_RETRY = ("--tries=3", "--waitretry=1", "--retry-on-http-error=408,421,425,429,500,502,503,504")

CLIENTS = (
    Client("curl", "curl", _python("curl"), "Debian curl", ("curl",)),
    Client("curl-follow", "curl -L", _python("curl", "-L"), "Debian curl", ("curl",), experiments=_REDIRECTS),
    Client(
        "curl-retry", "curl --retry 2", _python("curl", "--retry", "2"), "Debian curl", ("curl",),
        experiments=_RETRIES,
    ),
    Client("wget", "wget", _python("wget"), "Debian wget", ("wget",)),
    Client(
        "wget-retry", "wget --retry-on-http-error", _python("wget", *_WGET_RETRY), "Debian wget", ("wget",),
        experiments=_RETRIES,
    ),
    Client("urllib", "Python urllib", _python("python_urllib"), "Python"),
    Client("urllib3", "urllib3", _python("python_urllib3"), _PIP, modules=("urllib3",)),
    Client("requests", "requests", _python("python_requests"), _PIP, modules=("requests",)),
    Client(
        "requests-retry", "requests + urllib3 Retry", _python("python_requests", "retry"), _PIP, modules=("requests",),
        experiments=_RETRIES,
    ),
    Client("httpx", "httpx", _python("python_httpx"), _PIP, modules=("httpx",)),
    Client(
        "httpx-follow", "httpx follow_redirects=True", _python("python_httpx", "follow"), _PIP, modules=("httpx",),
        experiments=_REDIRECTS,
    ),
    Client("aiohttp", "aiohttp", _python("python_aiohttp"), _PIP, modules=("aiohttp",)),
    Client("node", "Node.js fetch", _own("node", "node_fetch.mjs"), "Debian nodejs", ("node",)),
    Client("axios", "axios", _own("node", "axios.mjs"), _NPM, ("node",), packages=("axios",)),
    Client("got", "got", _own("node", "got.mjs"), _NPM, ("node",), packages=("got",)),
    Client("java", "Java HttpClient", _own("java", "java_client.java"), _JDK, ("java", "javac")),
    Client(
        "java-follow", "Java HttpClient NORMAL", _own("java", "java_client.java", "follow"), _JDK, ("java", "javac"),
        experiments=_REDIRECTS,
    ),
    Client("go", "Go net/http", (str(OWN / "go_client"),), "Debian golang-go", ("go",)),
    Client("php", "PHP file_get_contents", _own("php", "php_streams.php"), "Debian php-cli", ("php",)),
    Client("perl", "Perl HTTP::Tiny", _own("perl", "perl_http_tiny.pl"), "Debian perl", ("perl",)),
    Client(
        "chromium", "Chromium fetch", _python("browser", "chromium"), "Debian chromium", (browser.program("chromium"),),
        experiments=EVERY | {"caching"}, is_browser=True,
    ),
    Client(
        "firefox", "Firefox fetch", _python("browser", "firefox"), "Debian firefox-esr", (browser.program("firefox"),),
        experiments=EVERY | {"caching"}, is_browser=True,
    ),
)  # fmt: skip


def clients_of(experiment: str, wanted: frozenset[str] = frozenset()) -> Iterator[Client]:
    """The clients that take part in an experiment; with ``wanted``, those of these keys or names."""
    for client in CLIENTS:
        if experiment in client.experiments and (not wanted or wanted & {client.key, client.name}):
            yield client
