"""Caching: which codes a cache uses again without asking, by its own guess and by explicit freshness."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import formatdate

from lab.clients.protocol import Call, Result

from .experiment import Case, Cell, Experiment, Places
from .origin import Answer, Request, cross_origin, response

CODES = tuple("200 203 204 206 300 301 302 303 307 308 400 401 403 404 405 410 414 421 429 451 500 501 503".split())
#: RFC 9110 §15.1, and RFC 7725 §3
HEURISTIC = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501})
#: ``guess`` has an old Last-Modified and nothing else, ``told`` has Cache-Control: max-age.
CASES = tuple(Case((code, kind)) for code in CODES for kind in ("guess", "told"))

#: What a code is to have besides (RFC 9110 §15.5.2, §15.5.6, §15.3.7). An unknown scheme, so that no browser asks.
ALSO = {
    206: ("Content-Range: bytes 0-4/10", 'ETag: "1"'),
    401: ('WWW-Authenticate: Lab realm="lab"',),
    405: ("Allow: HEAD",),
}


def calls(case: Case, places: Places) -> Sequence[Call]:
    headers = {"Range": "bytes=0-4"} if case.code == 206 else {}
    address = f"{places['same']}/{case.name}/start"
    return [Call(f"{case.name}#{n}", "GET", address, headers) for n in (1, 2)]


def answer(case: Case, step: str, request: Request, before: int, places: Places) -> Answer:
    if step != "start":
        return Answer(response(200, "Cache-Control: no-store", *cross_origin(request), body=b"there"))
    fresh = (
        ("Cache-Control: max-age=600",)
        if case.facets[1] == "told"
        else ("Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT",)
    )
    location = (f"Location: {places['same']}/{case.name}/end",) if 300 <= case.code < 400 else ()
    # A guess is a share of the age since Last-Modified: without Date it could not be worked out.
    date = f"Date: {formatdate(usegmt=True)}"
    if case.code == 206 and "range" not in request.headers:  # a cache may ask for the whole instead
        return Answer(response(200, date, *fresh, ALSO[206][1], "Accept-Ranges: bytes", body=b"helloworld"))
    data = response(case.code, date, *fresh, *location, *ALSO.get(case.code, ()), *cross_origin(request), body=b"hello")
    return Answer(data.replace(b"Content-Length: 5\r\n", b"").removesuffix(b"hello") if case.code == 204 else data)


def see(case: Case, requests: Sequence[tuple[str, Request]], results: Sequence[Result]) -> Cell:
    """``reused``, ``validated`` (asked with a condition) or ``fetched``."""
    asked = [request for step, request in requests if step == "start"]
    if len(asked) < 2:
        seen = "reused"
    else:
        conditional = asked[1].headers.keys() & {"if-modified-since", "if-none-match", "if-range"}
        seen = "validated" if conditional else "fetched"
    return Cell.of(seen, results[-1])


def judge(case: Case, cell: Cell, browser: bool) -> bool | None:
    """Storing is always optional; guessing is only for the codes that say so."""
    return (case.facets[1] == "told" or case.code in HEURISTIC) if cell.seen == "reused" else None


def rule(case: Case) -> str:
    return "RFC 9111 §4.2.2" if case.facets[1] == "guess" else "RFC 9111 §3"


CACHING_EXPERIMENT = Experiment("caching", CASES, calls, answer, see, judge, rule)
