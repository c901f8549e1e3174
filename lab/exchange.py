"""Finds the exchange that a recipe is about among everything that passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statusbook.captures import Message
from statusbook.recipes import NO_RESPONSE

from .tap import Connection

Exchange = tuple[Message, ...]


def split(connection: Connection) -> Iterator[Exchange]:
    """The exchanges of a connection. A new one begins when the client speaks after a final response.

    Interim responses (1xx but 101, RFC 9110 §15.2) are followed by more of the same exchange.
    """
    messages: list[Message] = []
    for turn in connection.turns:
        message = Message(turn.sender, bytes(turn.data), turn.left_out)
        if turn.sender == "client" and messages and _is_final(messages[-1]):
            yield tuple(messages)
            messages = []
        messages.append(message)
    if messages:
        yield tuple(messages)


def _is_final(message: Message) -> bool:
    statuses = [part.status for part in message.parts()]
    return message.sender == "server" and statuses[-1] is not None and (statuses[-1] >= 200 or statuses[-1] == 101)


def statuses(exchange: Exchange) -> list[int]:
    parts = (part for message in exchange if message.sender == "server" for part in message.parts())
    return [part.status for part in parts if part.status is not None]


def choose(connections: Iterable[Connection], status: int) -> Exchange | None:
    """The last exchange with ``status`` in it; with NO_RESPONSE, the last in which the server said nothing."""
    exchanges = [exchange for connection in connections for exchange in split(connection)]
    for exchange in reversed(exchanges):
        seen = statuses(exchange)
        if status in seen or (status == NO_RESPONSE and not any(m.sender == "server" for m in exchange)):
            return exchange
    return None
