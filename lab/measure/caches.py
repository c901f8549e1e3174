"""Shared caches in front of the origin, each with the least configuration that makes it store anything."""

from __future__ import annotations

import contextlib
import http.client
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lab.clients.protocol import Call, Result

from .caching import CACHING_EXPERIMENT, calls, see
from .experiment import Cell
from .origin import Origin
from .runner import Recorder

#: Seconds for a server to start, and for one request.
PATIENCE = 15
#: Seconds between two requests: storing may end after the answer has been sent.
SETTLED = 0.05


@dataclass(frozen=True, slots=True)
class Cache:
    """A caching proxy. ``command`` is given its folder, its port and the origin's; it may write its configuration.

    A forward proxy is asked for whole addresses, a gateway for paths.
    """

    key: str
    name: str
    program: str
    source: str
    command: Callable[[str, Path, int, int], list[str]]
    version: tuple[str, ...]
    forward: bool = False

    @property
    def path(self) -> str:
        return shutil.which(self.program) or shutil.which(self.program, path="/usr/sbin:/sbin") or ""

    @property
    def missing(self) -> str:
        return "" if self.path else f"{self.program} ({self.source})"


def _nginx(program: str, folder: Path, port: int, origin: int, extra: str = "") -> list[str]:
    temporary = "".join(f"{kind}_temp_path t; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"""daemon off; pid nginx.pid; error_log error.log; events {{}}
http {{ access_log off; {temporary}
proxy_cache_path store keys_zone=z:1m;
server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{origin}; proxy_cache z; {extra} }} }} }}
"""
    )
    return [program, "-p", f"{folder}/", "-c", "nginx.conf", "-e", "error.log"]


def _nginx_valid(program: str, folder: Path, port: int, origin: int) -> list[str]:
    return _nginx(program, folder, port, origin, "proxy_cache_valid 10m;")


def _varnish(program: str, folder: Path, port: int, origin: int) -> list[str]:
    work = folder / "work"
    return [program, "-F", "-a", f"127.0.0.1:{port}", "-b", f"127.0.0.1:{origin}", "-n", str(work), "-s", "malloc,16m"]


def _squid(program: str, folder: Path, port: int, origin: int) -> list[str]:
    (folder / "squid.conf").write_text(
        f"""http_port 127.0.0.1:{port}
http_access allow all
cache_mem 16 MB
access_log none
cache_log {folder}/cache.log
pid_filename none
coredump_dir {folder}
refresh_pattern . 0 20% 4320
shutdown_lifetime 0 seconds
netdb_filename none
pinger_enable off
memory_cache_shared off
"""
    )
    # Its shared memory is named after the service: two of the same name would not start.
    return [program, "-N", "-n", f"lab{port}", "-f", f"{folder}/squid.conf"]


def _apache(program: str, folder: Path, port: int, origin: int) -> list[str]:
    (folder / "store").mkdir()
    (folder / "store").chmod(0o777)
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "proxy", "proxy_http", "cache", "cache_disk")
    )
    (folder / "apache.conf").write_text(
        f"""ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
{modules}
CacheRoot {folder}/store
CacheEnable disk /
ProxyPass / http://127.0.0.1:{origin}/
"""
    )
    return [program, "-D", "FOREGROUND", "-f", f"{folder}/apache.conf"]


CACHES = (
    Cache("nginx", "nginx proxy_cache", "nginx", "Debian nginx", _nginx, ("-v",)),
    Cache("nginx-valid", "nginx proxy_cache_valid 10m", "nginx", "Debian nginx", _nginx_valid, ("-v",)),
    Cache("varnish", "Varnish", "varnishd", "Debian varnish", _varnish, ("-V",)),
    Cache("squid", "Squid", "squid", "Debian squid", _squid, ("-v",), forward=True),
    Cache("apache", "Apache mod_cache", "apache2", "Debian apache2", _apache, ("-v",)),
)


def version(cache: Cache) -> str:
    done = subprocess.run([cache.path, *cache.version], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else ""


def run(cache: Cache) -> dict[str, Cell]:
    """What the cache did in each case of the experiment. Raises OSError when it does not start."""
    recorder = Recorder(CACHING_EXPERIMENT)
    results: list[Result] = []
    with Origin(recorder.decide) as origin, running(cache, origin.ports[0]) as port:
        recorder.locate(origin.ports)
        through = {**recorder.places, "same": recorder.places["same"] if cache.forward else f"http://127.0.0.1:{port}"}
        for case in CACHING_EXPERIMENT.cases:
            for call in calls(case, through):
                results.append(_send(call, port, cache.forward))
                time.sleep(SETTLED)
    return {
        case.key: see(case, recorder.seen[case.name], [r for r in results if r.name.startswith(f"{case.name}#")])
        for case in CACHING_EXPERIMENT.cases
    }


def _send(call: Call, port: int, forward: bool) -> Result:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(call.method, call.url if forward else urlsplit(call.url).path, headers=call.headers)
        answered = connection.getresponse()
        return Result(call.name, answered.status, len(answered.read()))
    except (OSError, http.client.HTTPException) as error:
        return Result(call.name, error=type(error).__name__)
    finally:
        connection.close()


@contextlib.contextmanager
def running(cache: Cache, origin: int) -> Iterator[int]:
    """The cache on a free port, which is given. Raises OSError when it does not listen in time."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        folder, port = Path(name), free.getsockname()[1]
        folder.chmod(0o777)  # servers started by root become somebody else
        free.close()
        command = cache.command(cache.path, folder, port, origin)
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder)
        try:
            _wait(process, port, folder / "said", cache.name)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, said: Path, name: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise OSError(f"{name} does not listen: {said.read_text(errors='replace').strip()[-500:]}")
