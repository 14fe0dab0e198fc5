"""Feeds readers, passages and sentences with hostile inputs: `python tests/fuzz_loaders.py .pdf --count 200000`.

Targets: .md .txt .html .pdf .docx passages sentences, or all. Inputs are seeded and the same in every run; `--coverage` lets
atheris look for new ones instead (`pip install -e ".[fuzz]"`, Linux) for `--seconds`. The process ends with the input's number
when a document hangs, writes a file, opens a connection, needs too much memory or raises what is no refusal.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import logging
import os
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]
HANG = 10  # seconds
PEAK = 512 * 1024 * 1024  # bytes
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class OutOfBounds(BaseException):
    """An input made a reader do what no document may; a BaseException, so that nothing on the way takes it for damage."""


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: no file is written, no connection opened, no program started while documents are read."""
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING and arguments[0] != os.devnull:
        raise OutOfBounds(f"wrote {arguments[0]!r}")
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.mkdir", "os.rename", "os.remove"):
        raise OutOfBounds(f"{event} {arguments!r}")


def read(data: bytes, loader: str) -> None:
    """Read one document and check what came of it."""
    from ingest.errors import RoadmapError
    from ingest.readers import parse

    try:
        document = parse(data, f"a{loader}")
    except RoadmapError as refused:
        if not str(refused).startswith(f"a{loader}: "):
            raise OutOfBounds(f"message without the name of the file: {refused}") from refused
        return
    check(document)


def check(document: object, limit: int = 900) -> None:
    """Every span of a document, its passages and its sentences lies where it says."""
    from ingest.document import Document
    from ingest.passages import split
    from ingest.quotable import quotable_spans

    assert isinstance(document, Document)
    text = document.text
    assert text.strip()
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(text) and text[block.start : block.end].strip()
        end = block.end
    covered = bytearray(len(text))
    for passage in split(document, limit=limit):
        assert passage.text == "\n".join(text[start:stop] for start, stop in passage.spans) and passage.text.strip()
        for start, stop in passage.spans:
            assert 0 <= start < stop <= len(text)
            covered[start:stop] = b"\1" * (stop - start)
        for start, stop in quotable_spans(document, passage):
            assert text[start:stop].strip()
    for block in document.blocks:
        missed = [at for at in range(block.start, block.end) if not covered[at] and not text[at].isspace()]
        assert block.kind == "heading" or not missed, (block, missed[:3])


def cut_passages(number: int) -> None:
    """Passages of a document with blocks of every kind in any order, cut at any length."""
    from fuzz_inputs import text

    from ingest.builder import DocumentBuilder

    chance = random.Random(f"passages {number}")
    builder = DocumentBuilder()
    for at in range(chance.randint(1, 60)):
        kind = chance.choice(["heading", "paragraph", "paragraph", "item", "item", "header", "row", "code"])
        words = text(number * 100 + at)[: chance.choice([3, 30, 300, 3_000])] or "x"
        level = chance.randint(1, 6) if kind == "heading" else chance.randint(0, 3) if kind == "item" else 0
        ordinal = chance.choice([None, at]) if kind == "item" else None
        builder.add(kind, words, level=level, ordinal=ordinal, page=chance.choice([None, 1, 2]))  # type: ignore[arg-type]
    document = builder.build("a.md", "0" * 64)
    if document.text:
        check(document, chance.choice([20, 21, 50, 300, 900, 5_000]))


def cut_sentences(words: str) -> None:
    """Sentences in order, without space around them, that leave no visible character out."""
    from ingest.sentences import sentence_spans

    covered = bytearray(len(words))
    end = 0
    for start, stop in sentence_spans(words):
        assert end <= start < stop and words[start:stop] == words[start:stop].strip() and "\n" not in words[start:stop]
        covered[start:stop] = b"\1" * (stop - start)
        end = stop
    assert all(covered[at] or words[at].isspace() for at in range(len(words)))


def targets() -> dict[str, Callable[[int], None]]:
    """What an input's number does, by target."""
    from fuzz_inputs import LOADERS, hostile, text

    found: dict[str, Callable[[int], None]] = {
        loader: (lambda number, loader=loader: read(hostile(loader, number), loader)) for loader in LOADERS
    }
    return found | {"passages": cut_passages, "sentences": lambda number: cut_sentences(text(number))}


def bound() -> None:
    """Limits of this process: memory, no files, no core dumps, a quiet log."""
    from ingest.child import limit_resource

    limit_resource("RLIMIT_AS", 2 * PEAK)
    limit_resource("RLIMIT_CORE", 0)
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(1_000)


def run(target: str, first: int, count: int, seconds: float) -> int:
    """Feed a target with inputs `first` to `first + count - 1`, or until the time is over; how many there were."""
    feed = targets()[target]
    feed(0)  # what is imported and compiled once is not the documents' doing
    sys.addaudithook(watch)
    end = time.monotonic() + seconds
    done = 0
    for number in range(first, first + count):
        faulthandler.dump_traceback_later(HANG, exit=True)
        try:
            feed(number)
        except BaseException as error:
            faulthandler.cancel_dump_traceback_later()
            sys.stderr.write(f"\n{target} input {number}: {type(error).__name__}: {error}\n")
            raise
        done += 1
        if time.monotonic() > end:
            break
    faulthandler.cancel_dump_traceback_later()
    return done


def explore(target: str, seconds: int) -> None:
    """Let atheris look for inputs that reach new code; it ends the process."""
    import atheris

    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=["ingest", "pypdf", "docx", "bs4", "markdown_it", "mdit_py_plugins"]):
        import fuzz_inputs

        import ingest.docx
        import ingest.html
        import ingest.markdown
        import ingest.passages
        import ingest.pdf
        import ingest.plain  # noqa: F401

    def once(data: bytes) -> None:
        if target == "sentences":
            cut_sentences(data.decode("utf-8", "replace"))
        elif target == "passages":
            cut_passages(int.from_bytes(data[:8], "little"))
        elif target == ".docx":
            read(fuzz_inputs.bad.repacked({"word/document.xml": data}), target)
        else:
            read(data, target)

    folder = Path(tempfile.mkdtemp(prefix="fuzz"))  # what reaches new code is kept here, beside the seeds
    if target not in ("sentences", "passages"):
        for number, data in enumerate(fuzz_inputs.seeds(target)):
            (folder / str(number)).write_bytes(_document_part(data) if target == ".docx" else data)
    options = [f"-max_total_time={seconds}", f"-timeout={HANG}", "-rss_limit_mb=1024", "-max_len=20000", str(folder)]
    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


def _document_part(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml")


def main() -> None:
    """Run what the command line asks for."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("target", help=".md .txt .html .pdf .docx passages sentences, or all")
    options.add_argument("--count", type=int, default=2_000, help="how many inputs (nightly: 200000)")
    options.add_argument("--first", type=int, default=0, help="number of the first input, to repeat one")
    options.add_argument("--seconds", type=int, default=900, help="the longest time for one target")
    options.add_argument("--coverage", action="store_true", help="let atheris look for inputs")
    asked = options.parse_args()
    if asked.coverage:
        explore(asked.target, asked.seconds)
        return
    bound()
    for target in targets() if asked.target == "all" else [asked.target]:
        start = time.monotonic()
        done = run(target, asked.first, asked.count, asked.seconds)
        sys.stdout.write(f"{target}: {done} inputs in {time.monotonic() - start:.1f} s, peak {peak() >> 20} MiB\n")
        if peak() > PEAK:
            raise SystemExit(f"{target}: more than {PEAK >> 20} MiB were needed")


def peak() -> int:
    """The most memory this process has needed, in bytes; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage tells on Linux includes the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main()
