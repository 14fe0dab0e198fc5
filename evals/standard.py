"""Standard retrieval data, so that figures can be set beside published ones: sets in BEIR layout and SQuAD 2.0 files in.

Each text becomes a document of its own: `write_corpus` writes files that the index is built from as from any others.
Relevance is by document here, as the publishers define it, and the figures are those of ir-measures.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from evals.matching import plain, says_any
from index.hit import Hit
from ingest.errors import RoadmapError

T = TypeVar("T")
Search = Callable[[str, int], Sequence[Hit]]  # question, k -> hits, best first

CUTOFFS = (1, 5, 10, 100)


class StandardDataInvalid(RoadmapError):
    """A file of a standard data set is missing or not in the layout it should have."""


@dataclass(frozen=True, slots=True)
class StandardSet:
    """Texts, questions and judgements, by the ids the publisher gave them."""

    texts: Mapping[str, tuple[str, str]]  # id -> (title, text)
    questions: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]  # question id -> text id -> relevance, questions with a relevant text only
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # question id -> accepted answers (SQuAD)
    unanswerable: frozenset[str] = frozenset()  # question ids (SQuAD)


def load_beir(folder: Path, split: str = "test") -> StandardSet:
    """A set in BEIR layout: corpus.jsonl, queries.jsonl and qrels/<split>.tsv, whose first line may be a header.

    Raises `StandardDataInvalid`, naming file and line.
    """
    texts: dict[str, tuple[str, str]] = {}
    path = folder / "corpus.jsonl"
    for number, record in _json_lines(path):
        text = (str(record.get("title") or ""), str(record.get("text") or ""))
        _add(texts, _text(record, "_id", path, number), text, f"{path}, line {number}")
    questions: dict[str, str] = {}
    path = folder / "queries.jsonl"
    for number, record in _json_lines(path):
        _add(questions, _text(record, "_id", path, number), _text(record, "text", path, number), f"{path}, line {number}")
    path = folder / "qrels" / f"{split}.tsv"
    grades: dict[tuple[str, str], int] = {}
    for number, row in enumerate(csv.reader(_read(path).split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if not row or (number == 1 and not _whole(row[-1])):
            continue
        if len(row) != 3 or not _whole(row[2]):
            expected = "query-id, corpus-id and a whole number, separated by tabs"
            raise StandardDataInvalid(f"{path}, line {number}: expected {expected}.")
        _add(grades, (row[0], row[1]), int(row[2]), f"{path}, line {number}")
    qrels: dict[str, dict[str, int]] = {}
    for (question, judged), grade in grades.items():
        if grade > 0:
            qrels.setdefault(question, {})[judged] = grade
    unknown = sorted(set(qrels) - set(questions))
    if unknown:
        raise StandardDataInvalid(f"{path} judges the query “{unknown[0]}”, which is not in queries.jsonl.")
    return StandardSet(texts, {name: questions[name] for name in qrels}, qrels)


def load_squad(path: Path) -> StandardSet:
    """A file in the JSON layout of SQuAD 1.1 or 2.0; a paragraph's id is "<article>-<paragraph>", both from 0.

    Raises `StandardDataInvalid`.
    """
    texts: dict[str, tuple[str, str]] = {}
    questions: dict[str, str] = {}
    answers: dict[str, tuple[str, ...]] = {}
    qrels: dict[str, dict[str, int]] = {}
    unanswerable = set()
    try:
        for number, article in enumerate(json.loads(_read(path))["data"]):
            for place, paragraph in enumerate(article["paragraphs"]):
                text_id = f"{number}-{place}"
                texts[text_id] = (str(article.get("title", "")).replace("_", " "), paragraph["context"])
                for entry in paragraph["qas"]:
                    _add(questions, entry["id"], entry["question"].strip(), str(path))
                    if entry.get("is_impossible", False):
                        unanswerable.add(entry["id"])
                    else:
                        _add(qrels, entry["id"], {text_id: 1}, str(path))
                        answers[entry["id"]] = tuple(dict.fromkeys(answer["text"] for answer in entry["answers"]))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        problem = f"{type(exc).__name__}: {exc}"
        raise StandardDataInvalid(f"{path} is not in the JSON layout of SQuAD ({problem}); check the file.") from exc
    return StandardSet(texts, questions, qrels, answers, frozenset(unanswerable))


def write_corpus(data: StandardSet, folder: Path) -> dict[str, str]:
    """Writes every text that is not empty as a file of the folder and returns document id -> text id.

    A file holds the title, an empty line and the text. Raises `StandardDataInvalid` when the folder is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StandardDataInvalid(f"{folder} is not empty; name a new folder, so that nothing else gets into the index.")
    names: dict[str, str] = {}
    for text_id, (title, text) in data.texts.items():
        if not text.strip():
            continue
        name = file_name(text_id)
        names[name] = text_id
        (folder / name).write_text(f"{title}\n\n{text}\n" if title else f"{text}\n", encoding="utf-8", newline="\n")
    return names


def file_name(text_id: str) -> str:
    """A file name that is safe on every system and different for every id.

    >>> file_name("MED-10"), file_name("a/b").startswith("a_b-")
    ('MED-10.txt', True)
    """
    safe = re.sub(r"[^A-Za-z0-9-]", "_", text_id)[:80]
    if safe != text_id or safe != safe.upper():  # some file systems know no case
        safe += "-" + hashlib.sha256(text_id.encode()).hexdigest()[:10]
    return safe + ".txt"


@dataclass(frozen=True, slots=True)
class Rankings:
    """What a search found: text ids by question, best first, and which accepted answers stood in the first passages."""

    runs: Mapping[str, tuple[str, ...]]
    answers: Mapping[int, tuple[bool, ...]]  # depth -> one entry a question that has accepted answers
    depth: int  # texts asked for


def rank_texts(
    data: StandardSet,
    names: Mapping[str, str],
    search: Search,
    questions: Iterable[str],
    k: int = 100,
    progress: Callable[[int], None] = lambda done: None,
) -> Rankings:
    """The texts found for these question ids; `names` is what `write_corpus` gave.

    Texts are ranked by their best passage; so that `k` texts come together, more passages are asked for. As in BEIR, a text
    with the question's own id does not count as found.
    """
    runs: dict[str, tuple[str, ...]] = {}
    found: dict[int, list[bool]] = {1: [], 5: []}
    for done, name in enumerate(questions, start=1):
        hits = search(data.questions[name], 3 * k)
        ranked = dict.fromkeys(names[hit.passage.document_id] for hit in hits if hit.passage.document_id in names)
        runs[name] = tuple(text_id for text_id in ranked if text_id != name)[:k]
        accepted = [answer for answer in data.answers.get(name, ()) if plain(answer)]
        if accepted:
            for depth, values in found.items():
                values.append(any(says_any(hit.passage.text, accepted) for hit in hits[:depth]))
        progress(done)
    return Rankings(runs, {depth: tuple(values) for depth, values in found.items()}, k)


def score(qrels: Mapping[str, Mapping[str, int]], rankings: Rankings) -> dict[str, float]:
    """nDCG@10, MRR@10, and success and recall at 1, 5, 10 and 100 up to the depth, averaged over the questions of `qrels`.

    Where the set has answers, `answer@1` and `answer@5` are the shares of questions one of whose accepted answers stands in
    the first passage, or the first five.
    """
    figures = score_rankings(qrels, rankings.runs, [cutoff for cutoff in CUTOFFS if cutoff <= rankings.depth])
    return figures | {f"answer@{depth}": sum(values) / len(values) for depth, values in rankings.answers.items() if values}


def score_rankings(
    qrels: Mapping[str, Mapping[str, int]], runs: Mapping[str, Sequence[str]], cutoffs: Sequence[int] = CUTOFFS
) -> dict[str, float]:
    """The averages over the questions of `qrels` for rankings of text ids, best first; one without a ranking counts as zero."""
    import ir_measures

    measures = {"ndcg@10": ir_measures.nDCG @ 10, "mrr@10": ir_measures.RR @ 10}
    for cutoff in cutoffs:
        measures |= {f"success@{cutoff}": ir_measures.Success @ cutoff, f"recall@{cutoff}": ir_measures.R @ cutoff}
    judged = [ir_measures.Qrel(question, text, grade) for question, texts in qrels.items() for text, grade in texts.items()]
    ranked = [
        ir_measures.ScoredDoc(question, text, float(len(texts) - place))
        for question, texts in runs.items()
        if question in qrels
        for place, text in enumerate(texts)
    ]
    values: dict[str, float] = dict.fromkeys(measures, 0.0)
    names = {measure: name for name, measure in measures.items()}
    for metric in ir_measures.iter_calc(list(measures.values()), judged, ranked):
        values[names[metric.measure]] += metric.value
    return {name: total / max(len(qrels), 1) for name, total in values.items()}


def _json_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    records = []
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except json.JSONDecodeError as exc:
                raise StandardDataInvalid(f"{path}, line {number}: this is no JSON ({exc.msg}).") from exc
            if not isinstance(record, dict):
                raise StandardDataInvalid(f"{path}, line {number}: each line has to be one JSON object.")
            records.append((number, record))
    return records


def _add(entries: dict[Any, T], key: Any, value: T, where: str) -> None:
    """Keeps the value. Raises `StandardDataInvalid` where the key has another one, of which one would silently be lost."""
    if entries.setdefault(key, value) != value:
        name = " and ".join(key) if isinstance(key, tuple) else key
        raise StandardDataInvalid(f"{where}: “{name}” stands in the file before, with something else; keep one of the two.")


def _whole(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", text) is not None


def _text(record: Mapping[str, Any], key: str, path: Path, line: int) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value:
        raise StandardDataInvalid(f"{path}, line {line}: “{key}” has to be a text that is not empty.")
    return value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise StandardDataInvalid(f"{path} cannot be read ({exc}); check the path and that it is UTF-8 text.") from exc
