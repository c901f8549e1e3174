"""`build.py registry`: the handbook against the registry as IANA publishes it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from statusbook import registry
from statusbook.cli import main
from statusbook.problems import BadInput

from .book import book

HEADER = "Value,Description,Reference\n"
RIGHT = (
    HEADER + '404,Not Found,"[RFC9110, Section 15.5.5]"\n410,Gone,"[RFC9110, Section 15.5.11]"\n411-499,Unassigned,\n'
)


def compared(text: str) -> list[str]:
    return list(registry.compare(registry.parse("x.csv", text), book()))


def test_equal_is_silent() -> None:
    assert compared(RIGHT) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RIGHT + "425,Too Early,[RFC8470]\n", "new: 425 Too Early (registered; [RFC8470])"),
        (
            RIGHT + '104,"Upload Resumption Supported (TEMPORARY - expires 2026-11-13)",[draft]\n',
            "new: 104 Upload Resumption Supported (temporary; [draft])",
        ),
        (RIGHT.replace("Not Found", "Not There"), "changed: 404 phrase 'Not Found' is now 'Not There'"),
        (RIGHT.replace("Gone", "(Unused)"), "changed: 410 was registered, is now unused"),
        (
            RIGHT.replace("[RFC9110, Section 15.5.5]", "[RFC9999]"),
            "changed: 404 was defined in RFC 9110, is now in [RFC9999]",
        ),
        (RIGHT.replace("410,Gone", "412,Else"), "gone: 410 Gone"),
    ],
)
def test_what_differs_is_named(text: str, expected: str) -> None:
    assert expected in compared(text)


def test_an_obsoleted_code_is_still_registered() -> None:
    entries = registry.parse("x.csv", HEADER + "510,Not Extended (OBSOLETED),[RFC2774][status-change]\n")
    assert entries[510].phrase == "Not Extended"


@pytest.mark.parametrize("text", ["", "a,b\n", "<html>", HEADER, HEADER + "x,y,z\n", "\n", HEADER + "x" * 200_000])
def test_what_is_no_registry_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        registry.parse("x.csv", text)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "codes.csv").write_text(RIGHT)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/"
        served.shutdown()


def test_the_registry_is_read_from_a_server(server: str) -> None:
    assert registry.fetch(f"{server}codes.csv") == RIGHT
    with pytest.raises(BadInput, match="cannot be read"):
        registry.fetch(f"{server}none.csv")


@pytest.mark.parametrize("place", ["http://exa mple/", "HTTP://exa mple/", "http://[x", "https:///x", "a\0b"])
def test_an_address_that_is_none_cannot_be_read(place: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        registry.fetch(place)


def test_a_missing_file_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registry", "no-such-file.csv"]) == 2
    assert capsys.readouterr().err == "no-such-file.csv: cannot be read: No such file or directory\n1 problem\n"
