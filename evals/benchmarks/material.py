"""What is indexed and asked: a folder of texts, a file in the layout of SQuAD, or the project's own corpus and questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.items import evenly, load_items
from evals.standard import file_name, load_squad
from ingest.corpus import scan
from ingest.errors import DocumentRefused
from ingest.readers import read_document

Question = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Material:
    """Plain texts by file name, and questions with the words of which one makes a passage count as right."""

    texts: dict[str, str]
    questions: tuple[Question, ...]


def from_squad(path: Path, documents: int, questions: int) -> Material:
    """The first `documents` articles (0: all) and up to `questions` of theirs, evenly spaced. Raises StandardDataInvalid."""
    data = load_squad(path)
    chosen = list(data.texts)[: documents or None]
    asked = [
        (data.questions[name], data.answers[name])
        for name, judged in data.qrels.items()
        if data.answers.get(name) and set(judged) & set(chosen)
    ]
    return Material({file_name(name): data.texts[name][1] for name in chosen}, evenly(asked, questions))


def from_corpus(corpus: Path, documents: int, questions: int) -> Material:
    """What the readers make of a folder, as plain text for all; asked are the reference questions on it (none elsewhere)."""
    texts: dict[str, str] = {}
    names: dict[str, str] = {}
    for source in scan(corpus):
        if documents and len(texts) == documents:
            break
        try:
            names[source.id] = file_name(source.id)
            texts[names[source.id]] = read_document(source.path, source.id).text
        except DocumentRefused:
            continue
    asked = [
        (item.question, tuple(evidence.quote for evidence in item.evidence))
        for item in load_items()
        if item.answerable and not item.history and any(names.get(e.document_id) in texts for e in item.evidence)
    ]
    return Material(texts, evenly(asked, questions))


def write(material: Material, folder: Path) -> Path:
    """The texts as files."""
    folder.mkdir(parents=True)
    for name, text in material.texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder
