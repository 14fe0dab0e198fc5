"""The child process that parses untrusted documents: `python -m ingest.child SECONDS MEMORY_BYTES`.

Driven by `ingest.isolation`. Request on stdin: one line of JSON with id and size, then the bytes. Reply on stdout: the size in
12 digits, then JSON. The process limits its own memory and processor time where the system can, writes no files and imports
no model library.
"""

from __future__ import annotations

import json
import os
import sys
from typing import BinaryIO

from ingest.errors import DocumentRefused, Refusal
from ingest.isolation import document_to_json
from ingest.readers import parse


def main() -> None:
    """Answer requests until stdin is closed."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    requests = sys.stdin.buffer
    # Replies get a descriptor of their own: what a library prints must not end up between them.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as replies:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        limit_resource("RLIMIT_AS", memory)
        limit_resource("RLIMIT_FSIZE", 0)
        limit_resource("RLIMIT_CORE", 0)
        while line := requests.readline(1 << 16):
            request = json.loads(line)
            data = requests.read(int(request["size"]))
            limit_time(seconds)
            _reply(replies, answer(data, str(request["id"])))


def answer(data: bytes, document_id: str) -> dict[str, object]:
    """The parsed document, or its refusal, as JSON knows it. Whatever a parser raises ends here."""
    try:
        return document_to_json(parse(data, document_id))
    except DocumentRefused as refusal:
        return {"code": refusal.code.value, "reason": refusal.reason}
    except (MemoryError, RecursionError):
        reason = "reading it needs more memory than a document may use; split it or export it again"
        return {"code": Refusal.LIMIT.value, "reason": reason}
    except Exception as error:  # parsers of damaged files raise almost anything; the parent needs one answer for all of it
        reason = f"it is damaged ({type(error).__name__}); open it in its program and export it again"
        return {"code": Refusal.CORRUPT.value, "reason": reason}


def limit_resource(name: str, value: int) -> None:
    """Lower one limit of this process, where the system has it; Windows has none, and macOS ignores or refuses some."""
    try:
        import resource

        number = getattr(resource, name)
        resource.setrlimit(number, (value, resource.getrlimit(number)[1]))
    except (ImportError, AttributeError, ValueError, OSError):
        return


def limit_time(seconds: float) -> None:
    """Let this process use `seconds` more of processor time before the system stops it."""
    times = os.times()
    limit_resource("RLIMIT_CPU", int(times.user + times.system + seconds) + 2)


def _reply(replies: BinaryIO, content: dict[str, object]) -> None:
    try:
        encoded = json.dumps(content, ensure_ascii=True, default=str).encode("ascii")
    except (MemoryError, RecursionError):
        encoded = json.dumps({"code": Refusal.LIMIT.value, "reason": "it holds too much text; split it"}).encode("ascii")
    replies.write(b"%012d" % len(encoded) + encoded)
    replies.flush()


if __name__ == "__main__":
    main()
