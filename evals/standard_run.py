"""Standard data through the real engine: a set in, its texts as a corpus on disk and the figures its publishers print out.

The rankings and judgements are kept as TREC files, so that `ir_measures` can compute the same figures again.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.abstention import Judged, abstention_metrics
from evals.items import evenly
from evals.matching import plain, says_any
from evals.retrieval import trec_lines
from evals.run import Asked
from evals.standard import StandardDataInvalid, StandardSet, rank_texts, score, write_corpus
from evals.store import RunUnwritable
from index.hit import Hit

DEPTH = 100  # texts ranked for each question
_NAMES = "names.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set's texts as files: the folder for its index, the corpus inside it, and document id -> text id."""

    folder: Path
    corpus: Path
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StandardResult:
    """The figures on one set."""

    name: str
    texts: int
    questions: int  # asked
    judged: int  # of them with a relevant text
    retrieval: Mapping[str, float]  # averages over the judged questions
    answers: Mapping[str, float | None]  # of whole answers, empty after a search alone
    qrels: str  # path
    run: str  # path

    @property
    def text(self) -> str:
        """The figures for a terminal, and the command that computes the rankings' again."""
        lines = [f"{self.name}: {self.texts} texts, {self.questions} questions, {self.judged} with a relevant text", ""]
        shown = {**self.retrieval, **self.answers}
        lines += [f"{name:22} {value:.4f}" for name, value in shown.items() if value is not None]
        files = f"{shlex.quote(self.qrels)} {shlex.quote(self.run)}"
        lines += ["", "The same figures from ir-measures by itself:", f"ir_measures {files} nDCG@10 RR@10 Success@1 R@10 R@100"]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return asdict(self)


def prepare(data: StandardSet, root: Path) -> Prepared:
    """The set's texts as a corpus below `root`, written once: the same texts lead to the same folder and its index.

    Raises `RunUnwritable` when the disk refuses, `StandardDataInvalid` when there is no text.
    """
    essence = json.dumps([[name, *texts] for name, texts in data.texts.items()], ensure_ascii=False)
    folder = root / hashlib.sha256(essence.encode()).hexdigest()[:16]
    corpus, names = folder / "corpus", folder / _NAMES
    try:
        if not names.is_file():
            shutil.rmtree(corpus, ignore_errors=True)  # left by an attempt that was killed
            written = write_corpus(data, corpus)
            names.write_text(json.dumps(written), encoding="utf-8")
        found: dict[str, str] = json.loads(names.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise RunUnwritable(f"The texts could not be written to {folder} ({exc}); free space or remove that folder.") from exc
    if not found:
        raise StandardDataInvalid("The set has no text that is not empty; check its files.")
    return Prepared(folder, corpus, found)


def evaluate_standard(
    name: str,
    data: StandardSet,
    prepared: Prepared,
    asked: Asked,
    *,
    sample: int = 0,
    search_only: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> StandardResult:
    """Ranks the texts for every judged question and, unless `search_only`, answers every question, unanswerable ones too.

    `sample` asks so many of the questions only, evenly spaced. Raises `RunUnwritable`.
    """
    questions = evenly(list(dict.fromkeys([*data.qrels, *data.questions])) if not search_only else list(data.qrels), sample)
    judged = [question for question in questions if question in data.qrels]
    total = len(judged) + (0 if search_only else len(questions))
    if not judged:
        raise StandardDataInvalid(f"{name} has no question with a relevant text; check its judgements.")

    def search(question: str, k: int) -> Sequence[Hit]:
        return asked.search(question, (), k)[1]

    rankings = rank_texts(data, prepared.names, search, judged, DEPTH, lambda done: progress(done, total))
    qrels = {question: data.qrels[question] for question in judged}
    answers: dict[str, float | None] = {}
    if not search_only:
        answers = _answers(data, questions, asked, lambda done: progress(len(judged) + done, total))
    files = _write_trec(prepared.folder, qrels, rankings.runs)
    return StandardResult(name, len(prepared.names), len(questions), len(judged), score(qrels, rankings), answers, *files)


def _answers(
    data: StandardSet, questions: Sequence[str], asked: Asked, progress: Callable[[int], None]
) -> dict[str, float | None]:
    """Of whole answers: how many hold an accepted answer, and how well unanswerable questions are told from others."""
    rows: list[Judged] = []
    right: list[bool] = []
    for done, name in enumerate(questions, start=1):
        answer = asked.ask(data.questions[name], (), mode="quote")
        answerable = name not in data.unanswerable
        rows.append(Judged(answerable, answer.status == "not_covered", answer.confidence))
        accepted = [text for text in data.answers.get(name, ()) if plain(text)]
        if answerable and accepted:
            right.append(says_any("\n".join(sentence.text for sentence in answer.sentences), accepted))
        progress(done)
    found: dict[str, float | None] = {"answer_holds": sum(right) / len(right)} if right else {}
    return found | abstention_metrics(rows)


def _write_trec(folder: Path, qrels: Mapping[str, Mapping[str, int]], runs: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Writes qrels.txt and run.txt and returns their paths."""
    judgements, rankings = trec_lines(qrels, runs)
    files = (folder / "qrels.txt", folder / "run.txt")
    try:
        for path, text in zip(files, (judgements, rankings), strict=True):
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as exc:
        raise RunUnwritable(f"The rankings could not be written to {folder} ({exc.strerror}); free space.") from exc
    return str(files[0]), str(files[1])
