"""Reads what ``curl --trace`` wrote: the bytes that curl sent and received, before and after encryption."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .tap import Connection

_EVENT = re.compile(r"(=>|<=) (Send|Recv) (header|data), \d+ bytes")
_TLS = re.compile(r"== Info: .*SSL connection using (\S+)")
#: What ``openssl s_client -brief`` says.
_BRIEF = re.compile(r"^Protocol version: (\S+)", re.M)
#: An offset, then up to sixteen bytes in hexadecimal.
_DUMP = re.compile(r"[0-9a-f]{4,8}: ((?:[0-9a-f]{2} ){1,16})")


def read(traces: Iterable[str]) -> tuple[list[Connection], str]:
    """One connection for each of curl's runs, and the TLS version that was agreed on (empty without)."""
    connections, tls = [], ""
    for trace in traces:
        connection = Connection()
        sender = ""
        for line in trace.splitlines():
            if match := _EVENT.match(line):
                sender = "client" if match[1] == "=>" else "server"
            elif match := _TLS.match(line):
                tls, sender = match[1], ""
            elif line.startswith(("==", "=>", "<=")):
                sender = ""
            elif sender and (match := _DUMP.match(line)):
                connection.add(sender, bytes.fromhex(match[1]))
        connections.append(connection)
    return connections, tls


def tls_version(printed: str) -> str:
    """The TLS version that ``openssl s_client -brief`` printed; empty when there is none."""
    match = _BRIEF.search(printed)
    return match[1] if match else ""
