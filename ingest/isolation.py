"""Bytes in, document out, parsed in a child process: a hostile file can hang, crash or bloat the child, never this process.

The child lives on from document to document and is started again when it had to be stopped. See `ingest.child` for its side.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from ingest.document import Block, Document, Section
from ingest.errors import DocumentRefused, Refusal
from ingest.limits import LIMITS, Limits, too_much


class ParserProcess:
    """A child process that parses one document at a time; safe to share between threads."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def parse(self, data: bytes, document_id: str) -> Document:
        """The document; raises DocumentRefused, with TIMEOUT, LIMIT or CORRUPT where the child did not survive it."""
        with self._lock:
            process = self._running()
            expired = threading.Event()
            timer = threading.Timer(self._limits.seconds, _expire, (process, expired))
            timer.start()
            try:
                reply = self._exchange(process, data, document_id)
            except (OSError, ValueError) as error:
                self._stop()
                raise self._refusal(process, document_id, expired.is_set()) from error
            finally:
                timer.cancel()
        return _document(reply, document_id)

    def close(self) -> None:
        """Stop the child; the next document starts a new one."""
        with self._lock:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = _start(self._limits)
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], data: bytes, document_id: str) -> dict[str, object]:
        sender, receiver = process.stdin, process.stdout
        if sender is None or receiver is None:
            raise OSError("the child has no pipes")
        sender.write(json.dumps({"id": document_id, "size": len(data)}).encode("ascii") + b"\n")
        sender.write(data)
        sender.flush()
        size = int(_exactly(receiver, 12))
        if size > self._limits.reply_bytes:
            self._stop()
            raise too_much(document_id, "what was extracted from it is too large")
        reply: dict[str, object] = json.loads(_exactly(receiver, size))
        return reply

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was still to be written is of no use to anybody
                    pipe.close()
        process.wait()

    def _refusal(self, process: subprocess.Popen[bytes], document_id: str, expired: bool) -> DocumentRefused:
        code = process.poll()
        if expired or code == -getattr(signal, "SIGXCPU", 0):
            reason = f"reading it took longer than {self._limits.seconds:g} seconds; split it or export it again"
            return DocumentRefused(document_id, Refusal.TIMEOUT, reason)
        reason = (
            f"its parser stopped without an answer (exit status {code}); the file is damaged or hostile, so export it again"
        )
        return DocumentRefused(document_id, Refusal.CORRUPT, reason)


def parse_isolated(data: bytes, document_id: str) -> Document:
    """The document, parsed in the child process that this process keeps for that; raises DocumentRefused."""
    return _shared.parse(data, document_id)


_shared = ParserProcess()
atexit.register(_shared.close)


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    environment["PYTHONIOENCODING"] = "utf-8"
    command = [sys.executable, "-B", "-m", "ingest.child", str(limits.seconds), str(limits.memory_bytes)]
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=os.name == "posix",
        creationflags=flags,
    )


def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and what it may have started; it is the leader of its own process group."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise OSError("the child closed its pipe")
    return data


def document_to_json(document: Document) -> dict[str, object]:
    """The document as JSON knows it; `_document` is its counterpart."""
    return {
        "title": document.title,
        "text": document.text,
        "sections": [[list(each.heading_path), each.start, each.end, each.page] for each in document.sections],
        "blocks": [[each.kind, each.start, each.end, each.level, each.ordinal, each.page] for each in document.blocks],
        "digest": document.digest,
        "meta": dict(document.meta),
        "warnings": list(document.warnings),
    }


def _document(reply: dict[str, object], document_id: str) -> Document:
    """The document in the child's reply, or its refusal. The child parsed a hostile file, so its reply is checked."""
    try:
        if "code" in reply:
            raise DocumentRefused(document_id, Refusal(str(reply["code"])), str(reply["reason"]))
        fields: dict[str, list[list]] = {name: reply[name] for name in ("sections", "blocks")}  # type: ignore[type-arg, misc]
        meta = reply["meta"]
        return Document(
            id=document_id,
            title=str(reply["title"]),
            text=str(reply["text"]),
            sections=tuple(Section(tuple(map(str, path)), int(a), int(b), page) for path, a, b, page in fields["sections"]),
            blocks=tuple(Block(kind, int(a), int(b), int(level), *rest) for kind, a, b, level, *rest in fields["blocks"]),
            digest=str(reply["digest"]),
            meta=dict(meta) if isinstance(meta, dict) else {},
            warnings=tuple(str(warning) for warning in reply["warnings"]),  # type: ignore[attr-defined]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentRefused(
            document_id, Refusal.CORRUPT, "its parser gave no usable answer; export the file again"
        ) from error
