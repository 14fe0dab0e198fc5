"""A server of the Chat Completions protocol in a process of its own: `python chat_server.py PLAN`, prints its address.

PLAN is what it does with a request: `facts` writes the first fact it was given word for word and then a lie, `hang` accepts and
says nothing, `stall` stops after some words, `drop` hangs up in the middle, `busy` answers 503, `slow` writes a word a second.
"""

from __future__ import annotations

import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLAN = sys.argv[1] if __name__ == "__main__" else "facts"


class Handler(BaseHTTPRequestHandler):
    """Answers POST /v1/chat/completions with server-sent events."""

    def do_POST(self) -> None:
        asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions" or not asked.get("stream") or PLAN == "busy":
            self.send_error(503 if PLAN == "busy" else 404)
            return
        if PLAN == "hang":
            time.sleep(60)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self._write(asked)
        except OSError:
            return  # the client hung up

    def _write(self, asked: dict[str, Any]) -> None:
        facts = re.findall(r"^\d+\. (.*)$", asked["messages"][-1]["content"], re.MULTILINE)
        self._event({"role": "assistant", "content": ""})
        for count, word in enumerate(f"{facts[0]} It costs 900 dollars a day. ".split(" ")):
            if count == 3 and PLAN in ("stall", "drop"):
                time.sleep(60 if PLAN == "stall" else 0)
                return
            time.sleep(1 if PLAN == "slow" else 0)
            self._event({"content": f"{word} "})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, delta: dict[str, str]) -> None:
        chunk = {"id": "1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/v1\n")
        sys.stdout.flush()
        server.serve_forever()
