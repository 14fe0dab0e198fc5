"""A generator behind an address, against a real HTTP server that speaks Chat Completions well, badly, or not at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.answer import Turn
from assistant.generator import GeneratorUnusable
from assistant.served_model import ServedModel

TURNS = (Turn("user", "Say hello."),)


@dataclass
class Server:
    """Answers every request with `body`, in pieces, and keeps what it was asked."""

    address: str = ""
    status: int = 200
    kind: str = "text/event-stream"
    pieces: list[bytes] = field(default_factory=list)
    pause: float = 0.0  # seconds before each piece
    heard: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list)  # path, body, Authorization
    gone: threading.Event = field(default_factory=threading.Event)  # the client hung up


@pytest.fixture
def server() -> Iterator[Server]:
    plan = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            plan.heard.append((self.path, body, self.headers.get("Authorization")))
            self.send_response(plan.status)
            self.send_header("Content-Type", plan.kind)
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                for piece in plan.pieces:
                    time.sleep(plan.pause)
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                plan.gone.set()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        plan.address = f"http://127.0.0.1:{http.server_address[1]}/v1"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield plan
        http.shutdown()
        thread.join()


def event(content: str | None, **more: object) -> bytes:
    delta = {} if content is None else {"content": content}
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, **more}]}).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def said(model: ServedModel, cancelled: Callable[[], bool] = lambda: False) -> str:
    return "".join(model.stream("Be short.", TURNS, max_tokens=9, cancelled=cancelled))


def test_the_pieces_are_streamed_and_the_request_is_what_servers_expect(server: Server) -> None:
    server.pieces = [event(None, role="assistant"), event("Hel"), event("lo ü😀"), event(None, finish_reason="stop"), DONE]
    assert said(ServedModel(server.address + "/", "tiny", "secret")) == "Hello ü😀"
    ((path, body, authorization),) = server.heard
    assert path == "/v1/chat/completions"
    assert authorization == "Bearer secret"
    assert body == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Say hello."}],
        "max_tokens": 9,
        "temperature": 0,
        "stream": True,
    }


def test_without_a_key_no_authorization_is_sent(server: Server) -> None:
    server.pieces = [DONE]
    assert said(ServedModel(server.address, "tiny")) == ""
    assert server.heard[0][2] is None


def test_comments_blank_lines_and_usage_events_are_passed_over(server: Server) -> None:
    server.pieces = [
        b": ping\n\n",
        b"event: message\n",
        event("a"),
        b'data: {"choices": [], "usage": {}}\n\n',
        b"data:\n\n",
        b'data: {"choices": [{"delta": null}]}\n\n',
        event("b"),
        DONE,
    ]
    assert said(ServedModel(server.address, "tiny")) == "ab"


def test_the_end_may_be_told_without_a_space(server: Server) -> None:
    server.pieces = [event("a"), b"data:[DONE]\n\n", event("b")]
    assert said(ServedModel(server.address, "tiny")) == "a"


@pytest.mark.parametrize("failure", [b'{"message": "out of memory", "code": 500}', b'"out of memory"'])
def test_a_failure_in_the_middle_is_named_with_the_servers_own_words(server: Server, failure: bytes) -> None:
    server.pieces = [event("Hello"), b'data: {"error": ' + failure + b"}\n\n"]
    with pytest.raises(GeneratorUnusable, match=r"broke off \(out of memory\)"):
        said(ServedModel(server.address, "tiny"))


def test_a_key_that_is_none_is_named_and_not_repeated(server: Server) -> None:
    server.pieces = [event("a"), DONE]
    assert said(ServedModel(server.address, "tiny", "secret\n")) == "a"
    for key in ("schlüssel", "two\nlines"):
        with pytest.raises(GeneratorUnusable, match="API key") as raised:
            said(ServedModel(server.address, "tiny", key))
        assert key not in str(raised.value)


def test_events_cut_anywhere_by_the_network_are_put_together(server: Server) -> None:
    whole = event("Hél") + event("lo") + DONE
    server.pieces = [whole[at : at + 3] for at in range(0, len(whole), 3)]
    assert said(ServedModel(server.address, "tiny")) == "Héllo"


def test_a_stream_that_ends_without_saying_so_is_taken_as_it_is(server: Server) -> None:
    server.pieces = [event("Hello")]
    assert said(ServedModel(server.address, "tiny")) == "Hello"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refusal_is_named_with_the_servers_own_words(server: Server, status: int) -> None:
    server.status, server.kind, server.pieces = status, "application/json", [b'{"error": "no such model: tiny"}']
    with pytest.raises(GeneratorUnusable, match=rf"{status} .*no such model.*check model and key"):
        said(ServedModel(server.address, "tiny"))


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {not json}\n\n",
        b'data: {"choices": 5}\n\n',
        b'data: {"choices": ["x"]}\n\n',
        b"data: []\n\n",
        b"data: \xff\xfe\n\n",
    ],
)
def test_a_stream_that_is_no_chat_completion_is_named(server: Server, garbage: bytes) -> None:
    server.pieces = [event("Hello"), garbage]
    with pytest.raises(GeneratorUnusable, match="check the address"):
        said(ServedModel(server.address, "tiny"))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<html><body>Welcome to the router</body></html>"),
        ("application/json", b'{"choices": [{"message": {"content": "not streamed"}}]}'),
    ],
)
def test_a_page_that_is_no_stream_at_all_is_named(server: Server, kind: str, body: bytes) -> None:
    server.kind, server.pieces = kind, [body]
    with pytest.raises(GeneratorUnusable, match="check the address"):
        said(ServedModel(server.address, "tiny"))


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.status = 302
    with pytest.raises(GeneratorUnusable, match="302"):
        said(ServedModel(server.address, "tiny"))


def test_a_server_that_hangs_is_named_after_the_timeout(server: Server) -> None:
    server.pieces, server.pause = [event("Hello")] * 3, 3.0
    began = time.monotonic()
    with pytest.raises(GeneratorUnusable, match="does not answer"):
        said(ServedModel(server.address, "tiny", timeout=0.2))
    assert time.monotonic() - began < 2


def test_a_connection_that_breaks_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(100)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(GeneratorUnusable, match="does not answer"):
            said(ServedModel(address, "tiny"))
        thread.join()


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(GeneratorUnusable, match="start the server or change the address"):
        said(ServedModel(f"http://127.0.0.1:{port}/v1", "tiny"))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:11434/v1", "ftp://127.0.0.1/v1", "http://[broken/v1", "http://[::1/v1", "http://127.0.0.1:99999/v1", ""],
)
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(GeneratorUnusable, match="address"):
        said(ServedModel(address, "tiny"))


def test_cancelling_stops_reading_and_hangs_up(server: Server) -> None:
    server.pieces, server.pause = [event("word ")] * 500, 0.01
    pieces: list[str] = []
    for piece in ServedModel(server.address, "tiny").stream("", TURNS, max_tokens=9, cancelled=lambda: len(pieces) >= 3):
        pieces.append(piece)
    assert len(pieces) == 3
    assert server.gone.wait(10)


def test_a_reader_that_leaves_early_does_not_block_the_next_answer(server: Server) -> None:
    server.pieces = [event("one"), event("two"), DONE]
    model = ServedModel(server.address, "tiny")
    stream = model.stream("", TURNS, max_tokens=9)
    assert next(stream) == "one"
    stream.close()  # type: ignore[attr-defined]
    assert said(model) == "onetwo"


def test_answers_for_several_threads_do_not_mix(server: Server) -> None:
    server.pieces, server.pause = [event(word) for word in "abc"] + [DONE], 0.01
    model = ServedModel(server.address, "tiny")
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(said(model))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["abc"] * 4
