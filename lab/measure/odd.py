"""Odd answers: content where there may be none, numbers nobody registered, interim responses nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

from lab.clients.protocol import Call, Result

from .experiment import Case, Cell, Experiment, Places
from .origin import Answer, Request, cross_origin, response

CASES = (
    *(Case((code, "body")) for code in ("204", "205", "304")),
    *(Case((code, "unknown")) for code in ("299", "499", "599", "999")),
    *(Case((code, "interim")) for code in ("100", "102", "103", "199")),
)


def calls(case: Case, places: Places) -> Sequence[Call]:
    steps = ("start", "after") if case.facets[1] == "body" else ("start",)
    root = f"{places['same']}/{case.name}"
    return [Call(f"{case.name}#{n}", "GET", f"{root}/{step}", {}) for n, step in enumerate(steps, 1)]


def answer(case: Case, step: str, request: Request, before: int, places: Places) -> Answer:
    open_to = cross_origin(request)
    if step == "after":
        return Answer(response(200, "Connection: close", *open_to, body=b"after"), close=True, clear=True)
    if case.facets[1] == "body":
        return Answer(response(case.code, *open_to, body=b"hello"))
    if case.facets[1] == "unknown":
        return Answer(response(case.code, "Connection: close", *open_to, body=b"hello"), close=True, clear=True)
    hint = "Link: </style.css>; rel=preload\r\n" if case.code == 103 else ""
    interim = f"HTTP/1.1 {case.code} Unasked\r\n{hint}\r\n"
    final = response(200, "Connection: close", *open_to, body=b"hello")
    return Answer(interim.encode() + final, close=True, clear=True)


def see(case: Case, requests: Sequence[tuple[str, Request]], results: Sequence[Result]) -> Cell:
    """Bodies: ``content`` or ``none``, then ``kept``, ``new`` (connection) or ``broken`` for the next request.

    Unknown numbers and interim responses: ``as-is`` or ``error`` without a status; the end says the rest.
    """
    first = results[0]
    if case.facets[1] != "body":
        return Cell.of(
            "as-is" if first.status == (200 if case.facets[1] == "interim" else case.code) else "error", first
        )
    content = "content" if first.length > 0 else "none"
    after = [request for step, request in requests if step == "after"]
    if results[-1].status != 200 or results[-1].error or not after:
        return Cell.of(f"{content} broken", first)
    return Cell.of(f"{content} {'new' if after[-1].first else 'kept'}", first)


def judge(case: Case, cell: Cell, browser: bool) -> bool | None:
    kind = case.facets[1]
    if kind == "body":
        if not cell.end.startswith(str(case.code)):
            return None  # the answer itself was refused: it breaks the rules, so nobody says what to make of it
        return "broken" not in cell.seen and not (case.code != 205 and "content" in cell.seen)
    if kind == "interim":
        return cell.seen == "as-is"
    if cell.seen == "error":
        return None if case.code == 999 else False
    return not (case.code == 299 and " " in cell.end)


def rule(case: Case) -> str:
    return {"body": "RFC 9112 §6.3", "interim": "RFC 9110 §15.2", "unknown": "RFC 9110 §15"}[case.facets[1]]


ODD_EXPERIMENT = Experiment("odd", CASES, calls, answer, see, judge, rule)
