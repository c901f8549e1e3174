"""Retries: what a client sends again by itself, and whether it waits as long as ``Retry-After`` says."""

from __future__ import annotations

from collections.abc import Sequence

from lab.clients.protocol import Call, Result

from .experiment import Case, Cell, Experiment, Places
from .origin import Answer, Request, cross_origin, response

CODES = ("408", "421", "425", "429", "500", "502", "503", "504")
#: Seconds asked for: more than any client waits by itself before its first retry.
WAIT = 3
#: Seconds by which a clock may be off.
SLACK = 0.2
BODY = b'{"n":1}'

#: ``plain`` has no Retry-After; ``closed`` is no code: the connection, used before, is closed instead of an answer.
CASES = (
    *(Case((code, "GET", kind)) for code in CODES for kind in ("plain", "after")),
    *(Case((code, "POST", "plain")) for code in CODES),
    Case(("0", "GET", "closed")),
    Case(("0", "POST", "closed")),
)


def calls(case: Case, places: Places) -> Sequence[Call]:
    method = case.facets[1]
    body = BODY if method == "POST" else None
    headers = {"Content-Type": "application/json"} if body else {}
    # A 408 may be said of an idle connection (RFC 9110 §15.5.9): what is measured is one over a connection in use.
    steps = ("warm", "start") if case.code in (0, 408) else ("start",)
    root = f"{places['same']}/{case.name}"
    return [Call(f"{case.name}#{n}", method, f"{root}/{step}", headers, body) for n, step in enumerate(steps, 1)]


def answer(case: Case, step: str, request: Request, before: int, places: Places) -> Answer:
    open_to = cross_origin(request)
    if step == "warm":
        return Answer(response(200, *open_to, body=b"warm"))
    if before:
        return Answer(response(200, "Connection: close", *open_to, body=b"done"), close=True, clear=True)
    if case.facets[2] == "closed":
        return Answer(b"", close=True)
    after = [f"Retry-After: {WAIT}"] if case.facets[2] == "after" else []
    close = ["Connection: close"] if case.code == 408 else []  # RFC 9110 §15.5.9
    return Answer(response(case.code, *after, *close, *open_to, body=b"later"), close=bool(close))


def see(case: Case, requests: Sequence[tuple[str, Request]], results: Sequence[Result]) -> Cell:
    """``once``, ``again`` or ``waited`` (again, not before Retry-After); ``new`` when no connection was kept."""
    sent = [request for step, request in requests if step == "start"]
    if case.facets[2] == "closed" and sent and sent[0].first:
        return Cell.of("new", results[-1])
    if len(sent) < 2:
        return Cell.of("once", results[-1])
    waited = case.facets[2] == "after" and sent[1].at - sent[0].at >= WAIT - SLACK
    return Cell.of("waited" if waited else "again", results[-1])


def judge(case: Case, cell: Cell, browser: bool) -> bool | None:
    """Nobody has to retry; who does leaves unsafe methods alone and heeds Retry-After."""
    if cell.seen in ("once", "new"):
        return None
    if cell.seen == "waited":
        return True
    if case.code in (408, 421, 425):  # said of requests that were not acted upon: any method may be sent again
        return None if case.facets[2] == "after" else True
    if case.facets[1] == "POST":
        return False
    return case.facets[2] != "after"


def rule(case: Case) -> str:
    special = {408: "RFC 9110 §15.5.9", 421: "RFC 9110 §15.5.20", 425: "RFC 8470 §5.2"}
    if case.facets[2] == "after":
        return "RFC 9110 §10.2.3"
    return special.get(case.code, "RFC 9110 §9.2.2")


RETRIES_EXPERIMENT = Experiment("retries", CASES, calls, answer, see, judge, rule)
