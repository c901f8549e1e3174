"""A relay that keeps every byte between a client and a server, in the order they passed."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from dataclasses import dataclass, field

#: Bytes kept of one turn; what comes after is relayed and only counted.
KEPT = 16_384
_CHUNK = 65_536
#: SO_LINGER with no time: closing sends RST.
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Turn:
    """A run of bytes that one side sent; ``left_out`` counts those that were not kept."""

    sender: str
    data: bytearray = field(default_factory=bytearray)
    left_out: int = 0


@dataclass
class Connection:
    """What passed on one connection, turn by turn."""

    turns: list[Turn] = field(default_factory=list)

    def add(self, sender: str, data: bytes) -> None:
        if not self.turns or self.turns[-1].sender != sender:
            self.turns.append(Turn(sender))
        turn = self.turns[-1]
        kept = data[: max(0, KEPT - len(turn.data))]
        turn.data.extend(kept)
        turn.left_out += len(data) - len(kept)


class Tap:
    """Listens on ``address`` and relays to ``target`` (both host and port); use as a context manager."""

    def __init__(self, address: tuple[str, int], target: tuple[str, int]) -> None:
        self.address, self.target = address, target
        self.connections: list[Connection] = []
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(address)

    def __enter__(self) -> Tap:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        for end in (self._listener, *self._ends):  # ends the threads that wait for them
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            connection = Connection()
            with self._lock:
                self.connections.append(connection)
            try:
                server = socket.create_connection(self.target, timeout=5)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ends += [client, server]
            threading.Thread(target=self._relay, args=(connection, client, server), daemon=True).start()

    def _relay(self, connection: Connection, client: socket.socket, server: socket.socket) -> None:
        """Relay both directions until they end; an end is passed on as it came, a half-close or a reset."""
        sinks = {client: server, server: client}
        while sinks:
            for source in select.select(list(sinks), [], [])[0]:
                sink = sinks[source]
                try:
                    data = source.recv(_CHUNK)
                    if data:
                        with self._lock:
                            connection.add("client" if source is client else "server", data)
                        sink.sendall(data)
                    else:
                        del sinks[source]
                        sink.shutdown(socket.SHUT_WR)
                except ConnectionError:
                    for end in (client, server):
                        with contextlib.suppress(OSError):
                            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                        end.close()
                    return
                except OSError:  # the other side is gone already
                    sinks.pop(source, None)
        for end in (client, server):
            end.close()
