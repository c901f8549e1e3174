"""Redirects: which codes a client follows, with which method and content, and what credentials go along."""

from __future__ import annotations

from collections.abc import Sequence

from lab.clients.protocol import Call, Result

from .experiment import Case, Cell, Experiment, Places
from .origin import Answer, Request, cross_origin, response

CODES = ("300", "301", "302", "303", "304", "305", "307", "308")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
#: The codes that the Fetch standard calls redirect statuses.
REDIRECTS = ("301", "302", "303", "307", "308")
#: The subsection of RFC 9110 §15.4 that defines each code.
SECTIONS = {"300": 1, "301": 2, "302": 3, "303": 4, "304": 5, "305": 6, "307": 8, "308": 9}
BODY = b'{"n":1}'
SECRETS = {"Authorization": "Bearer sesame", "Cookie": "s=1", "X-Api-Key": "sesame"}
#: What is looked for in the second request, in the order it is written down.
CARRIED = ("body", "type", "authorization", "cookie", "key")

CASES = (
    *(Case((code, method, "same")) for code in CODES for method in METHODS),
    *(Case((code, "GET", place)) for code in REDIRECTS for place in ("port", "host")),
    Case(("307", "POST", "host")),
)


def calls(case: Case, places: Places) -> Sequence[Call]:
    method = case.facets[1]
    body = BODY if method in ("POST", "PUT") else None
    headers = SECRETS | ({"Content-Type": "application/json"} if body else {})
    return [Call(f"{case.name}#1", method, f"{places['same']}/{case.name}/start", headers, body)]


def answer(case: Case, step: str, request: Request, before: int, places: Places) -> Answer:
    if step == "start" and before == 0:
        location = f"Location: {places[case.facets[2]]}/{case.name}/end"
        body = b"" if case.code == 304 or request.method == "HEAD" else b"go on"
        data = response(case.code, location, *cross_origin(request), body=body)
        return Answer(data.replace(b"Content-Length: 0\r\n", b"") if case.code == 304 else data)
    body = b"" if request.method == "HEAD" else b"there"
    return Answer(response(200, "Connection: close", *cross_origin(request), body=body), close=True)


def see(case: Case, requests: Sequence[tuple[str, Request]], results: Sequence[Result]) -> Cell:
    second = next((request for step, request in requests if step == "end"), None)
    if second is None:
        return Cell.of("", results[0])
    headers = second.headers
    had = {
        "body": second.body == BODY,
        "type": "content-type" in headers,
        "authorization": headers.get("authorization") == SECRETS["Authorization"],
        "cookie": headers.get("cookie") == SECRETS["Cookie"],
        "key": headers.get("x-api-key") == SECRETS["X-Api-Key"],
    }
    return Cell.of(" ".join([second.method, *(name for name in CARRIED if had[name])]), results[0])


def judge(case: Case, cell: Cell, browser: bool) -> bool | None:
    """Following is always optional (RFC 9110 §15.4); how it is done is not."""
    code, method, place = case.facets
    if not cell.seen:
        return None
    second, *carried = cell.seen.split()
    if code in ("304", "305"):  # Fetch does not call them redirects; RFC 9110 §15.4 does not forbid a Location there
        return False if browser else None
    if place != "same":
        # Fetch takes Authorization off on the way to another origin; for others RFC 9110 only says to consider it.
        return "authorization" not in carried if browser else None
    kept = second == method and ("body" in carried) == (method in ("POST", "PUT"))
    if code == "303":
        return second in ("GET", "HEAD") and "body" not in carried
    if code in ("301", "302") and method == "POST":
        return kept or (second == "GET" and "body" not in carried)
    return kept


def rule(case: Case) -> str:
    code, _, place = case.facets
    if place != "same":
        return "RFC 9110 §15.4"
    return f"RFC 9110 §15.4.{SECTIONS[code]}"


REDIRECTS_EXPERIMENT = Experiment("redirects", CASES, calls, answer, see, judge, rule)
