"""What a run needs of the machine: free ports, a clean environment, and that everything it started ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import programs

#: Clients talk to the relay here, the relay to the server there: one port, so that what a server says of its own
#: address is true for the client too.
FRONT, BACK = "127.0.0.1", "127.0.0.2"
#: Bound while a port is somebody's, so that two laboratories on one machine keep out of each other's way.
RESERVE = "127.0.0.9"
FIRST_PORT, PORTS = 8080, 900
#: Seconds a program may take to end before it is killed.
_GRACE = 3


def environment(folder: Path) -> dict[str, str]:
    """What programs and scripts get to see: no proxy settings, no locale, and a curl that keeps a trace."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (folder / "trace").mkdir()
    curl = shutil.which("curl")
    if curl:
        wrapper = bin_folder / "curl"
        name = f'"{folder}/trace/$(date +%s%N)"'
        wrapper.write_text(f'#!/bin/sh\nexec {curl} -q "$@" --trace {name}\n', "utf-8")
        wrapper.chmod(0o755)
    if programs.NODE_MODULES.is_dir():
        (folder / "node_modules").symlink_to(programs.NODE_MODULES)
    kept = {key: os.environ[key] for key in ("PATH", "JAVA_HOME", "GOROOT", "GOCACHE") if key in os.environ}
    python = f"{Path(sys.executable).parent}:" if sys.prefix != sys.base_prefix else ""
    return {
        **kept,
        "PATH": f"{bin_folder}:{python}{kept.get('PATH', os.defpath)}:/usr/sbin:/sbin",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(programs.ROOT),
        "PYTHONUNBUFFERED": "1",
        "GOCACHE": kept.get("GOCACHE", str(Path(tempfile.gettempdir()) / "statusbook-go-cache")),
        "GOFLAGS": "-mod=mod",
        "GO111MODULE": "off",
    }


def ports(stack: contextlib.ExitStack) -> Iterator[int]:
    """Free ports from FIRST_PORT on, each kept from other laboratories until the stack is closed."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            reservation = socket.create_server((RESERVE, port), reuse_port=False)
        except OSError:
            continue
        stack.callback(reservation.close)
        try:
            for host in (FRONT, BACK):
                socket.create_server((host, port)).close()
        except OSError:
            continue
        yield port
    raise OSError("no free port")


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def tied(command: list[str]) -> list[str]:
    """``command``, told to end when we do, however we do; as far as the system knows how (util-linux)."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "TERM", "--", *command] if tool else command


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program and everything it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
