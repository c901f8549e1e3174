"""Measuring: the protocol of drivers, the recording origin, what is read from a record; and real clients again."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.clients.protocol import Call, Result, read_call, read_result
from lab.clients.registry import CLIENTS, Client, clients_of
from lab.measure import runner, store
from lab.measure.caches import CACHES
from lab.measure.command import EXPERIMENTS, ORDER, main
from lab.measure.experiment import Case, Cell, Experiment
from lab.measure.origin import Answer, Origin, Request, response

REDIRECTS, RETRIES, CACHING, ODD = (EXPERIMENTS[name] for name in ("redirects", "retries", "caching", "odd"))
PLACES = {"same": "http://127.0.0.1:1", "port": "http://127.0.0.1:2", "host": "http://localhost:2"}
#: Every CI machine has these; of the compiled languages it has at least one.
EVERYWHERE = ("curl-follow", "urllib", "requests", "node")
COMPILED = ("java-follow", "go")


def client_of(key: str) -> Client:
    return next(client for client in CLIENTS if client.key == key)


def request(method: str = "GET", body: bytes = b"", at: float = 0, first: bool = False, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, "/", named, body, 1, first, at)


# --- the protocol ---------------------------------------------------------------------------------


def test_a_call_and_a_result_survive_their_lines() -> None:
    call = Call("301-post-same#1", "POST", "http://127.0.0.1/x", {"Cookie": "s=1", "X-Api-Key": "k"}, b'{"n":1}')
    assert read_call(call.line() + "\n") == call
    assert call.case == "301-post-same"
    for result in (Result("a#1", 301, 5), Result("a#2", error="ReadTimeout"), Result("a#3", 204, 0)):
        assert read_result(result.line()) == result


def test_every_client_is_measured_and_named_once() -> None:
    names = [*(client.name for client in CLIENTS), *(cache.name for cache in CACHES)]
    assert len(set(names)) == len(names)
    assert len(set(ORDER)) == len(ORDER)
    assert len(list(clients_of("redirects"))) >= 12
    assert [client.key for client in clients_of("redirects", frozenset({"curl -L"}))] == ["curl-follow"]


def test_a_missing_client_is_skipped_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["redirects", "--client", "wget"]) == 0
    assert capsys.readouterr().out == "redirects: wget: skipped, needs wget (Debian wget)\n"


# --- the origin -----------------------------------------------------------------------------------


def test_the_origin_records_what_came_and_sends_what_it_is_told() -> None:
    with Origin(lambda _: Answer(response(299, "X-Odd: yes", body=b"hello"))) as origin:
        connection = http.client.HTTPConnection("127.0.0.1", origin.ports[0], timeout=5)
        for _ in range(2):
            connection.request("POST", "/case/start", b'{"n":1}', {"Authorization": "Bearer x"})
            answered = connection.getresponse()
            assert (answered.status, answered.headers["X-Odd"], answered.read()) == (299, "yes", b"hello")
        connection.close()
    first, second = origin.requests
    assert (first.method, first.path, first.body) == ("POST", "/case/start", b'{"n":1}')
    assert first.headers["authorization"] == "Bearer x"
    assert (first.first, second.first) == (True, False)
    assert first.connection == second.connection


def test_the_origin_reads_content_in_chunks_and_lets_a_browser_ask_first() -> None:
    with Origin(lambda _: Answer(response(200))) as origin:
        connection = http.client.HTTPConnection("127.0.0.1", origin.ports[1], timeout=5)
        connection.request(
            "PUT", "/x/start", iter([b"ab", b"cd"]), {"Transfer-Encoding": "chunked"}, encode_chunked=True
        )
        connection.getresponse().read()
        connection.request(
            "OPTIONS", "/x/end", headers={"Origin": "http://a", "Access-Control-Request-Headers": "x-api-key"}
        )
        allowed = connection.getresponse()
        assert allowed.headers["Access-Control-Allow-Origin"] == "http://a"
        assert allowed.headers["Access-Control-Allow-Headers"] == "x-api-key"
        connection.close()
    assert [r.body for r in origin.requests] == [b"abcd"], "preflights are not part of the record"


def test_a_connection_may_be_closed_instead_of_an_answer() -> None:
    with Origin(lambda _: Answer(b"", close=True)) as origin:
        connection = http.client.HTTPConnection("127.0.0.1", origin.ports[0], timeout=5)
        connection.request("GET", "/x/start")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()


# --- what is read from a record -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facets", "second", "seen", "agrees"),
    [
        (("301", "POST", "same"), request("GET"), "GET", True),
        (("301", "POST", "same"), request("POST", b'{"n":1}'), "POST body", True),
        (("301", "PUT", "same"), request("PUT"), "PUT", False),
        (("302", "DELETE", "same"), request("GET"), "GET", False),
        (("303", "POST", "same"), request("GET", content_type="application/json"), "GET type", True),
        (("303", "POST", "same"), request("GET", b'{"n":1}'), "GET body", False),
        (("303", "DELETE", "same"), request("DELETE"), "DELETE", False),
        (("307", "POST", "same"), request("GET"), "GET", False),
        (("308", "PUT", "same"), request("PUT", b'{"n":1}'), "PUT body", True),
        (("308", "GET", "same"), None, "", None),
        (("302", "GET", "host"), request("GET", authorization="Bearer sesame"), "GET authorization", None),
    ],
)  # fmt: skip
def test_redirects(facets: tuple[str, ...], second: Request | None, seen: str, agrees: bool | None) -> None:
    case = Case(facets)
    record = [("start", request(facets[1]))] + ([("end", second)] if second else [])
    cell = REDIRECTS.see(case, record, [Result("x#1", 200)])
    assert (cell.seen, cell.end) == (seen, "200")
    assert REDIRECTS.judge(case, cell, False) is agrees


def test_a_browser_may_not_take_credentials_to_another_origin() -> None:
    case, told, kept = Case(("302", "GET", "host")), Cell("GET authorization", "200"), Cell("GET key", "200")
    assert REDIRECTS.judge(case, told, True) is False
    assert REDIRECTS.judge(case, kept, True) is True


@pytest.mark.parametrize(
    ("facets", "times", "seen", "agrees"),
    [
        (("503", "GET", "after"), (0.0,), "once", None),
        (("503", "GET", "after"), (0.0, 3.0), "waited", True),
        (("503", "GET", "after"), (0.0, 1.0), "again", False),
        (("503", "GET", "plain"), (0.0, 1.0), "again", True),
        (("503", "POST", "plain"), (0.0, 1.0), "again", False),
        (("421", "POST", "plain"), (0.0, 0.1), "again", True),
        (("0", "POST", "closed"), (0.0, 0.1), "again", False),
    ],
)
def test_retries(facets: tuple[str, ...], times: tuple[float, ...], seen: str, agrees: bool | None) -> None:
    case = Case(facets)
    cell = RETRIES.see(case, [("start", request(facets[1], at=at)) for at in times], [Result("x#1", 200)])
    assert cell.seen == seen
    assert RETRIES.judge(case, cell, False) is agrees


def test_a_request_over_a_new_connection_says_nothing_of_a_closed_one() -> None:
    record = [("warm", request(first=True)), ("start", request(first=True))]
    assert RETRIES.see(Case(("0", "GET", "closed")), record, [Result("x#2", error="EOF")]).seen == "new"


def test_caching_counts_what_reached_the_origin() -> None:
    case, once = Case(("404", "guess")), ("start", request())
    results = [Result("x#1", 404), Result("x#2", 404)]
    assert CACHING.see(case, [once], results).seen == "reused"
    assert CACHING.see(case, [once, once], results).seen == "fetched"
    asked = ("start", request(if_modified_since="Sat, 01 Jan 2000 00:00:00 GMT"))
    assert CACHING.see(case, [once, asked], results).seen == "validated"
    assert CACHING.judge(case, Cell("reused", "404"), False) is True
    assert CACHING.judge(Case(("302", "guess")), Cell("reused", "302"), False) is False
    assert CACHING.judge(Case(("302", "told")), Cell("reused", "302"), False) is True


def test_odd_answers() -> None:
    body, after = Case(("204", "body")), ("after", request(first=True))
    assert ODD.see(body, [after], [Result("x#1", 204, 0), Result("x#2", 200, 5)]).seen == "none new"
    assert (
        ODD.see(body, [after], [Result("x#1", 204, 5), Result("x#2", error="BadStatusLine")]).seen == "content broken"
    )
    interim = Case(("103", "interim"))
    for status, seen, agrees in ((200, "as-is", True), (103, "error", False)):
        cell = ODD.see(interim, [], [Result("x#1", status, 0)])
        assert (cell.seen, ODD.judge(interim, cell, False)) == (seen, agrees)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=list(EXPERIMENTS))
def test_cases_have_a_rule_and_calls_of_their_own(experiment: Experiment) -> None:
    names = [call.name for case in experiment.cases for call in experiment.calls(case, PLACES)]
    assert len(set(names)) == len(names)
    assert all(experiment.rule(case).startswith("RFC ") for case in experiment.cases)


# --- what is stored -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_stored_data_says_what_the_rules_say(name: str, tmp_path: Path) -> None:
    """Rules are changed here; measuring again is not needed for that, but storing is."""
    kept = store.load(name)
    assert kept.subjects, "measured at least once"
    browsers = {client.key for client in CLIENTS if client.is_browser}
    for key, row in kept.cells.items():
        cells = {case: Cell(str(seen), str(end)) for case, (seen, end, _) in row.items()}
        assert store.row(EXPERIMENTS[name], cells, key in browsers) == row, key
    store.save(EXPERIMENTS[name], kept, ORDER, tmp_path)
    assert store.path_of(name, tmp_path).read_bytes() == store.path_of(name).read_bytes()


def test_the_stored_data_names_no_port() -> None:
    for name in EXPERIMENTS:
        data = json.loads(store.path_of(name).read_bytes())
        assert "127.0.0.1" not in json.dumps(data) and "localhost" not in json.dumps(data)


# --- real clients ---------------------------------------------------------------------------------


def stored(key: str) -> Mapping[str, str]:
    return {case: str(cell[0]) for case, cell in store.load("redirects").cells[key].items()}


def measured(client: Client) -> dict[str, str]:
    return {case: cell.seen for case, cell in runner.run(client, REDIRECTS).items()}


@pytest.mark.parametrize("key", EVERYWHERE)
def test_clients_follow_redirects_as_measured(key: str) -> None:
    client = client_of(key)
    _need(client)
    assert measured(client) == stored(key)


def test_a_compiled_client_follows_redirects_as_measured() -> None:
    there = [client for client in map(client_of, COMPILED) if not client.missing]
    if not there:
        _need(client_of(COMPILED[0]))
    assert measured(there[0]) == stored(there[0].key)


def _need(client: Client) -> None:
    """On a laptop, skip a client that is not there or of another version; in CI, fail without it."""
    if os.environ.get("CI"):
        assert not client.missing
        return
    if client.missing:
        pytest.skip(f"needs {client.missing}")
    version = store.load("redirects").subjects[client.key]["version"]
    if runner.version(client) != version:
        pytest.skip(f"{client.name} is not {version}")
