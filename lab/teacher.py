"""The teaching server by itself: ``python -m lab.teacher --port 8001`` answers ``/lab/status/<code>`` on loopback.

It serves the lab where no common software sends a code, and anybody who wants to try a client. The same conversation
is part of ``make serve``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from statusbook import library
from statusbook.lexicon import lexicon
from statusbook.responses import PATH, Lexicon
from statusbook.sources import read_tree
from statusbook.teacher import CHUNK, PARTING, PATIENCE, Teacher

HOST = "127.0.0.1"
#: More connections than this at once wait for one of the others to end.
CONNECTIONS = 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C. Returns the exit status: 2 when the handbook or the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m lab.teacher", description="Answer with every HTTP status code.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any free port")
    parser.add_argument("--host", type=_loopback, default=HOST, help=f"address of this machine (default: {HOST})")
    options = parser.parse_args(arguments)
    host, port = options.host, options.port
    book, problems = library.read(read_tree(Path(__file__).resolve().parent.parent))
    if book is None:
        sys.stderr.writelines(f"{problem}\n" for problem in problems)
        return 2
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(lexicon(book), port, host))
        except (OSError, OverflowError) as error:  # in use, or no port number
            sys.stderr.write(f"{host} port {port}: {error}\n")
            return 2
    return 0


def _loopback(text: str) -> str:
    """An address that no other machine can reach."""
    try:
        if ipaddress.ip_address(text).is_loopback:
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a loopback address")


def is_ours(netloc: str) -> bool:
    """Whether a request's ``Host`` names this machine by address: any other name may be that of a hostile page that has
    it lead here (DNS rebinding). The port does not matter: a relay may stand before us.
    """
    try:
        name = urlsplit(f"//{netloc}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


async def serve(words: Lexicon, port: int, host: str = HOST) -> None:
    """Listen on ``port`` of a loopback address, and say on the terminal where that is."""
    free = asyncio.Semaphore(CONNECTIONS)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with free:
            teacher = Teacher(words, hosts=is_ours)
            with contextlib.suppress(ConnectionError, TimeoutError):
                await _exchange(reader, writer, teacher)
                await _part(reader, writer)
            writer.close()

    server = await asyncio.start_server(connected, host, port, limit=CHUNK)
    port = server.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"teaching at http://{shown}:{port}{PATH}200 (Ctrl-C ends)\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, teacher: Teacher) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not teacher.ended:
        try:
            async with asyncio.timeout_at(deadline):
                data = await reader.read(CHUNK)
        except TimeoutError:
            writer.write(teacher.late())
            return
        writer.write(teacher.receive(data))
        if not data:
            return
    async with asyncio.timeout_at(deadline):
        await writer.drain()


async def _part(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wait a little for the client's end: a close with unread data could cost it the answer (RFC 9112 §9.6)."""
    with contextlib.suppress(TimeoutError, OSError):
        writer.write_eof()
        async with asyncio.timeout(PARTING):
            for _ in range(16):
                if not await reader.read(CHUNK):
                    return


if __name__ == "__main__":
    sys.exit(main())
