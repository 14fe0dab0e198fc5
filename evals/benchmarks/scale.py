"""An index of many documents: first build, one document changed, nothing changed and search, each in a process of its own.

The documents are made of real sentences in random order. Up to `REAL` passages a process are embedded in earnest unless all
are to be; the vectors of the others resemble those, at no cost: so the figures of everything but embedding, memory included,
can be had at sizes where embedding takes an hour.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from evals.benchmarks.vectors import resembling
from index.embedder import EMBEDDER, EMBEDDER_ID, Span, TransformerEmbedder
from index.weights import digest_of
from ingest.sentences import sentence_spans

REAL = 1000
SECTIONS = 8
ADDITION = "\n\n## Added later\n\nQuokkas live on Rottnest Island.\n"


def write_documents(texts: Sequence[str], count: int, folder: Path, seed: int = 0) -> None:
    """`count` Markdown documents of eight sections of six sentences each."""
    dice = random.Random(seed)
    sentences = sorted({text[a:b] for text in texts for a, b in sentence_spans(text) if 40 < b - a < 300})
    folder.mkdir(parents=True)
    for number in range(count):
        parts = [f"# Document {number}"]
        for section in range(SECTIONS):
            parts += [f"## Part {section} of {number}", " ".join(dice.choices(sentences, k=6))]
        (folder / f"{number:06d}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


class SampledEmbedder:
    """The bundled embedder for the first `REAL` passages, then vectors that resemble theirs."""

    def __init__(self, real: int = REAL) -> None:
        self._model = TransformerEmbedder()
        self._left = real
        self._drawn = 0
        self._known: NDArray[np.float32] = np.empty((0, self._model.dimension), np.float32)
        self.id, self.digest, self.dimension = self._model.id, self._model.digest, self._model.dimension
        self.embedding = (0.0, 0.0)  # seconds: on the clock, of all threads
        self.drawing = (0.0, 0.0)  # the same of making up vectors
        self.embedded = 0

    def embed_question(self, question: str) -> NDArray[np.float32]:
        """As the bundled embedder."""
        return self._model.embed_question(question)

    def lists(self, word: str) -> bool:
        """As the bundled embedder."""
        return self._model.lists(word)

    def embed_words(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[NDArray[np.float32]]:
        """As the bundled embedder."""
        return self._model.embed_words(texts, spans)

    def importance(self) -> NDArray[np.float32]:
        """As the bundled embedder."""
        return self._model.importance()

    def judge(
        self, question: str, texts: Sequence[str], headings: Sequence[int], places: Sequence[Sequence[Sequence[Span]]]
    ) -> list[NDArray[np.float32]]:
        """As the bundled embedder."""
        return self._model.judge(question, texts, headings, places)

    def embed_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int], None] = lambda done: None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """As the bundled embedder, as long as it is to be asked."""
        now = min(self._left, len(texts))
        wholes, parts = np.empty((len(texts), self.dimension), np.float32), [self._known[:0]] * len(texts)
        if now:
            started = _now()
            wholes[:now], parts[:now] = self._model.embed_passages(texts[:now], spans[:now], progress)
            self.embedding = _since(started, self.embedding)
            self.embedded += now
            self._left -= now
            self._known = np.concatenate([self._known, wholes[:now], *parts[:now]])[:20_000]
        started = _now()
        for row in range(now, len(texts)):
            self._drawn += 1
            drawn = resembling(self._known, 1 + len(spans[row]), self._drawn)
            wholes[row], parts[row] = drawn[0], drawn[1:]
        self.drawing = _since(started, self.drawing)
        return wholes, parts


def step(name: str, corpus: Path, data: Path, real: int) -> dict[str, float]:
    """Do one step in this process and say what it took, in seconds, from the start of its work."""
    from index.build import update
    from index.library import Library

    model: list[SampledEmbedder] = []

    def embedder() -> SampledEmbedder:
        model.append(SampledEmbedder(real))
        return model[-1]

    wall, cpu = time.perf_counter(), time.process_time()
    found: dict[str, float] = {}
    if name == "search":
        snapshot = Library(data, embedder).snapshot()
        found["open"] = time.perf_counter() - wall
        questions = [
            passage.text.partition(". ")[2][:80] for passage in snapshot.passages[:: max(1, len(snapshot.passages) // 100)]
        ]
        taken: dict[str, list[tuple[float, float]]] = {"question": [], "search": []}
        for question in questions:
            started = _now()
            vector = snapshot.embedder().embed_question(question)
            taken["question"].append(_since(started))
            started = _now()
            snapshot.search_vector(question, vector, 10)
            taken["search"].append(_since(started))
        for part, times in taken.items():
            for at, clock in enumerate(("wall", "cpu")):
                ordered = sorted(1000 * pair[at] for pair in times)
                found[f"{part}_{clock}"] = median(ordered)
                found[f"{part}_{clock}_p95"] = ordered[int(0.95 * len(ordered))]
    else:
        report = update(corpus, data, embedder, (EMBEDDER_ID, digest_of(EMBEDDER)))
        found |= {"passages": report.passages, "embedded": report.embedded, "loaded": len(model)}
        used = model[0] if model else None
        found["really"] = used.embedded if used else 0
        for at, clock in enumerate(("wall", "cpu")):
            found[f"embedding_{clock}"] = used.embedding[at] if used else 0.0
            found[f"drawing_{clock}"] = used.drawing[at] if used else 0.0
    found |= {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return found


def measure(
    texts: Sequence[str], count: int, work: Path, real: int, tell: Callable[[str], None] = lambda line: None
) -> dict[str, dict[str, float]]:
    """Every step at one size, by its name; `command` is the whole time of a process."""
    corpus, data = work / "corpus", work / "data"
    write_documents(texts, count, corpus)
    found: dict[str, dict[str, float]] = {}
    for name in ("build", "unchanged", "change", "search"):
        if name == "change":
            with (corpus / "000000.md").open("a", encoding="utf-8") as file:
                file.write(ADDITION)
        started = time.perf_counter()
        command = [sys.executable, "-m", "evals.benchmarks", "step", name, str(corpus), str(data), str(real)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[name] = {**json.loads(done.stdout), "command": time.perf_counter() - started}
        tell(f"{count} documents, {name}: {json.dumps(found[name])}")
    return found


def table(found: dict[int, dict[str, dict[str, float]]]) -> str:
    """As Markdown, one row a size; CPU seconds, which hardly depend on what else runs, beside those on the clock."""
    columns = (
        "documents", "passages", "full build, s", "CPU s", "CPU ms a passage beside embedding", "one changed, s", "CPU s",
        "times less (clock, CPU)", "nothing changed, s", "peak memory, MB (build, change, search)",
        "search, ms (p50, p95)", "CPU ms (p50)", "embedding a question, CPU ms",
    )  # fmt: skip
    lines = ["| " + " | ".join(columns) + " |", "|" + "---:|" * len(columns)]
    for count, steps in found.items():
        build, change, search = steps["build"], steps["change"], steps["search"]
        (wall, _), (cpu, other) = _full(build, "wall"), _full(build, "cpu")
        memory = ", ".join(f"{each['peak_mb']:.0f}" for each in (build, change, search))
        cells = (
            f"{count:,}", f"{build['passages']:,.0f}", f"{wall:.1f}", f"{cpu:.1f}", f"{1000 * other / build['passages']:.2f}",
            f"{change['wall']:.2f}", f"{change['cpu']:.2f}", f"{wall / change['wall']:.0f}, {cpu / change['cpu']:.0f}",
            f"{steps['unchanged']['wall']:.2f}", memory, f"{search['search_wall']:.1f}, {search['search_wall_p95']:.1f}",
            f"{search['search_cpu']:.1f}", f"{search['question_cpu']:.1f}",
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _full(build: dict[str, float], clock: str) -> tuple[float, float]:
    """A build with every passage embedded at the rate that was measured, and what of it is not embedding."""
    other = build[clock] - build[f"embedding_{clock}"] - build[f"drawing_{clock}"]
    return other + build[f"embedding_{clock}"] / max(build["really"], 1) * build["embedded"], other


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float], before: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    return before[0] + time.perf_counter() - started[0], before[1] + time.process_time() - started[1]
