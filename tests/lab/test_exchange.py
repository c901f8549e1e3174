"""Which of all that passed between client and server is the exchange a recipe is about."""

from __future__ import annotations

from lab import exchange, trace
from lab.tap import Connection


def connection(*turns: tuple[str, bytes]) -> Connection:
    made = Connection()
    for sender, data in turns:
        made.add(sender, data)
    return made


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
GET = b"GET / HTTP/1.1\r\n\r\n"


def test_a_new_exchange_begins_when_the_client_speaks_after_a_final_response():
    both = connection(("client", GET), ("server", OK), ("client", GET), ("server", OK.replace(b"200", b"304")))
    assert [exchange.statuses(item) for item in exchange.split(both)] == [[200], [304]]


def test_content_after_100_continue_belongs_to_the_same_exchange():
    both = connection(
        ("client", b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n"),
        ("server", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("client", b"body"),
        ("server", OK),
    )
    (only,) = exchange.split(both)
    assert exchange.statuses(only) == [100, 200]
    assert [message.sender for message in only] == ["client", "server", "client", "server"]


def test_the_last_exchange_with_the_status_is_chosen():
    first = connection(("client", b"GET /1 HTTP/1.1\r\n\r\n"), ("server", OK))
    second = connection(("client", b"GET /2 HTTP/1.1\r\n\r\n"), ("server", OK))
    other = connection(("client", GET), ("server", OK.replace(b"200", b"404")))
    assert exchange.choose([first, second, other], 200)[0].data.startswith(b"GET /2")
    assert exchange.choose([first], 404) is None


def test_silence_is_an_exchange_without_the_server():
    assert exchange.choose([connection(("client", GET), ("server", OK)), connection(("client", GET))], 0) is not None
    assert exchange.choose([connection(("client", GET), ("server", OK))], 0) is None


def test_a_trace_of_curl_gives_the_bytes_and_the_version_of_tls():
    text = (
        "== Info:   Trying 127.0.0.1:8443...\n"
        "=> Send SSL data, 5 bytes (0x5)\n"
        "0000: 16 03 01 02 00                                  .....\n"
        "== Info: SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n"
        "=> Send header, 18 bytes (0x12)\n"
        "0000: 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a GET / HTTP/1.1..\n"
        "0010: 0d 0a                                           ..\n"
        "<= Recv header, 17 bytes (0x11)\n"
        "0000: 48 54 54 50 2f 31 2e 31 20 32 30 30 20 4f 4b 0d HTTP/1.1 200 OK.\n"
        "0010: 0a                                              .\n"
        "<= Recv header, 2 bytes (0x2)\n"
        "0000: 0d 0a                                           ..\n"
        "<= Recv data, 3 bytes (0x3)\n"
        "0000: 00 ff 41                                        ..A\n"
    )
    (only,), tls = trace.read([text])
    assert tls == "TLSv1.3"
    assert [(turn.sender, bytes(turn.data)) for turn in only.turns] == [
        ("client", b"GET / HTTP/1.1\r\n\r\n"),
        ("server", b"HTTP/1.1 200 OK\r\n\r\n\x00\xffA"),
    ]


def test_long_content_is_cut_and_counted():
    upload = connection(("client", b"PUT / HTTP/1.1\r\n\r\n" + b"x" * 300_000), ("server", OK))
    (only,) = exchange.split(upload)
    assert exchange.statuses(only) == [200]
    assert len(only[0].data) + only[0].left_out == 300_018
    assert only[0].left_out > 250_000
