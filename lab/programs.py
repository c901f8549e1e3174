"""The programs that recipes start: what each is called, where it comes from and how it is run.

One row a program. ``@placeholders@`` in ``wrapper`` and ``start`` are filled in like those of a recipe;
``@file@`` is the program's configuration file, ``@name@`` what the recipe calls the program, and ``@prefix@`` the
same with a hyphen for all but the server. Everything runs in
the recipe's own folder, with paths relative to it, so that the files of a page work wherever a reader puts them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Where npm packages of the lab are installed.
NODE_MODULES = ROOT / ".lab" / "node_modules"
#: Seconds a program may take to tell its version.
PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Software:
    """A program of the lab.

    ``package`` is what installs it: ``debian:NAME``, ``pip:NAME`` or ``npm:NAME``. ``wrapper`` is put around a
    recipe's configuration at ``@config@``. ``version`` is a command and a pattern whose first group is the version.
    """

    title: str
    package: str
    file: str
    start: tuple[str, ...]
    version: tuple[tuple[str, ...], str]
    wrapper: str = "@config@"
    logs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


_NGINX = """\
daemon off;
worker_processes 1;
pid @prefix@nginx.pid;
error_log @prefix@error.log info;
events {}
http {
    access_log @prefix@access.log;
    client_body_temp_path @prefix@body;
    proxy_temp_path @prefix@proxy;
    fastcgi_temp_path @prefix@fastcgi;
    uwsgi_temp_path @prefix@uwsgi;
    scgi_temp_path @prefix@scgi;

@config@
}
"""

_APACHE = """\
ServerRoot "@dir@"
ServerName localhost
Listen @address@
PidFile @prefix@httpd.pid
ErrorLog @prefix@error.log
LogLevel info
DefaultRuntimeDir .
LoadModule mpm_event_module @modules@/mod_mpm_event.so
LoadModule authz_core_module @modules@/mod_authz_core.so
User www-data
Group www-data
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
CustomLog @prefix@access.log common

@config@
"""

_HAPROXY = """\
global
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    timeout connect 2s
    timeout client 10s
    timeout server 10s

@config@
"""

_SQUID = """\
http_port @address@
pid_filename none
cache_log @dir@/@prefix@cache.log
access_log stdio:@dir@/@prefix@access.log
logfile_rotate 0
coredump_dir @dir@
cache_effective_user proxy
shutdown_lifetime 0 seconds
pinger_enable off

@config@
"""

_CADDY = """\
{
    admin off
    auto_https off
    default_bind @host@
}

@config@
"""

_LIGHTTPD = """\
server.bind = "@host@"
server.port = @port@
server.errorlog = "@prefix@error.log"

@config@
"""


def _python(title: str, module: str) -> Software:
    return Software(
        title,
        f"pip:{module}",
        "@name@.py",
        (sys.executable, "-u", "@file@"),
        (
            (sys.executable, "-c", f"import importlib.metadata as m; print(m.version('{module}'))"),
            r"^(\S+)$",
        ),
        needs=("python",),
    )


def _node(title: str, module: str) -> Software:
    script = f"console.log(require('{NODE_MODULES}/{module}/package.json').version)"
    return Software(
        title,
        f"npm:{module}",
        "@name@.mjs",
        ("node", "@file@"),
        (("node", "-e", script), r"^(\S+)$"),
        needs=("node",),
    )


SOFTWARE: Mapping[str, Software] = {
    "nginx": Software(
        "nginx",
        "debian:nginx-light",
        "@prefix@nginx.conf",
        ("nginx", "-p", ".", "-e", "@prefix@error.log", "-c", "@file@"),
        (("nginx", "-v"), r"nginx/(\S+)"),
        _NGINX,
        ("@prefix@error.log", "@prefix@access.log"),
    ),
    "apache": Software(
        "Apache httpd",
        "debian:apache2",
        "@prefix@httpd.conf",
        ("apache2", "-d", ".", "-f", "@dir@/@file@", "-D", "FOREGROUND"),
        (("apache2", "-v"), r"Apache/(\S+)"),
        _APACHE,
        ("@prefix@error.log", "@prefix@access.log"),
    ),
    "haproxy": Software(
        "HAProxy",
        "debian:haproxy",
        "@prefix@haproxy.cfg",
        ("haproxy", "-db", "-f", "@file@"),
        (("haproxy", "-v"), r"version (\d+\.\d+\.\d+)"),
        _HAPROXY,
        ("@name@.out",),
    ),
    "squid": Software(
        "Squid",
        "debian:squid",
        "@prefix@squid.conf",
        ("squid", "-N", "-n", "lab@port@", "-f", "@file@"),
        (("squid", "-v"), r"Version (\S+)"),
        _SQUID,
        ("@prefix@access.log", "@prefix@cache.log"),
    ),
    "varnish": Software(
        "Varnish",
        "debian:varnish",
        "@prefix@default.vcl",
        ("varnishd", "-F", "-a", "@address@", "-f", "@dir@/@file@", "-n", "@dir@/@prefix@work", "-s", "malloc,16m"),
        (("varnishd", "-V"), r"varnish-(\d+\.\d+\.\d+)"),
        "vcl 4.1;\n\n@config@\n",
        ("@name@.out",),
    ),
    "caddy": Software(
        "Caddy",
        "debian:caddy",
        "@prefix@Caddyfile",
        ("caddy", "run", "--adapter", "caddyfile", "--config", "@file@"),
        (("caddy", "version"), r"v?(\d+\.\d+\.\d+)"),
        _CADDY,
        ("@name@.out",),
    ),
    "lighttpd": Software(
        "lighttpd",
        "debian:lighttpd",
        "@prefix@lighttpd.conf",
        ("lighttpd", "-D", "-f", "@file@"),
        (("lighttpd", "-v"), r"lighttpd/(\S+)"),
        _LIGHTTPD,
        ("@prefix@error.log", "@prefix@access.log"),
    ),
    "python": Software(
        "Python",
        "debian:python3",
        "@name@.py",
        (sys.executable, "-u", "@file@"),
        ((sys.executable, "--version"), r"Python (\S+)"),
        logs=("@name@.out",),
    ),
    "flask": _python("Flask", "flask"),
    "fastapi": _python("FastAPI", "fastapi"),
    "uvicorn": _python("Uvicorn", "uvicorn"),
    "hypercorn": _python("Hypercorn", "hypercorn"),
    "aiohttp": _python("aiohttp", "aiohttp"),
    "django": _python("Django", "django"),
    "websockets": _python("websockets", "websockets"),
    "node": Software("Node.js", "debian:nodejs", "@name@.mjs", ("node", "@file@"), (("node", "--version"), r"v(\S+)")),
    "express": _node("Express", "express"),
    "fastify": _node("Fastify", "fastify"),
    "ws": _node("ws", "ws"),
    "socketio": _node("Socket.IO", "socket.io"),
    "go": Software(
        "Go net/http", "debian:golang-go", "@name@.go", ("go", "run", "@file@"), (("go", "version"), r"go(\d+\.\S+)")
    ),
    "java": Software(
        "Java HttpServer",
        "debian:default-jdk-headless",
        "@name@.java",
        ("java", "@file@"),
        (("java", "-version"), r'version "(\S+)"'),
    ),
    "teacher": Software(
        "Statusbook",
        "",
        "@name@.txt",
        (sys.executable, "-m", "lab.teacher", "--host", "@host@", "--port", "@port@"),
        ((sys.executable, "-c", "import statusbook; print(statusbook.__version__)"), r"^(\S+)$"),
    ),
}

#: Clients whose version a capture names: the first of these words that the client command starts a program with.
CLIENTS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "curl": ("curl", ("curl", "--version"), r"curl (\S+)"),
    "wget": ("GNU Wget", ("wget", "--version"), r"Wget (\S+)"),
    "openssl": ("OpenSSL", ("openssl", "version"), r"OpenSSL (\S+)"),
    "python3": ("Python", ("python3", "--version"), r"Python (\S+)"),
    "node": ("Node.js", ("node", "--version"), r"v(\S+)"),
}


@cache
def version_of(command: tuple[str, ...], pattern: str) -> str | None:
    """What a program calls its version; None when it is missing or says nothing of the kind."""
    if not shutil.which(command[0]):
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(pattern, done.stdout + done.stderr, re.M)
    return match[1] if match and done.returncode == 0 else None


def missing(use: str) -> str | None:
    """The package that has to be installed before ``use`` can run, or None."""
    software = SOFTWARE[use]
    for needed in (*software.needs, use):
        if version_of(*SOFTWARE[needed].version) is None:
            return SOFTWARE[needed].package
    return None


def install_commands(uses: Iterable[str]) -> Iterator[str]:
    """The commands that install what ``uses`` need on Debian, packages of npm and PyPI in the version at hand."""
    rows = [SOFTWARE[use] for use in uses]
    rows += [SOFTWARE[needed] for row in rows for needed in row.needs]
    for row in dict.fromkeys(rows):
        kind, _, name = row.package.partition(":")
        if kind == "debian":
            yield f"apt-get install {name}"
        elif kind:
            version = version_of(*row.version)
            yield f"pip install {name}=={version}" if kind == "pip" else f"npm install {name}@{version}"


def modules() -> str:
    """The folder of Apache's modules, which distributions put in different places."""
    places = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2")
    return next((place for place in places if Path(place).is_dir()), places[0])
