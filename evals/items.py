"""Reference questions: one JSON object a line in, `EvalItem`s out.

A file is changed in `evals.item_file`. Whether the evidence stands in the documents is checked in `evals.evidence`; how an
answer is held against an item in `evals.answers`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

from assistant.answer import Turn
from evals.matching import plain
from ingest.errors import RoadmapError

Split = Literal["dev", "test"]
T = TypeVar("T")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # no spaces: ids stand in TREC files, which spaces separate
_KIND = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = {
    "id", "question", "history", "kind", "evidence", "reference", "must", "must_not", "answerable", "split", "never_break",
}  # fmt: skip


class ItemsMissing(RoadmapError):
    """A file of reference questions does not exist, or there is none at all."""


class _Wrong(ValueError):
    """What is wrong with a record; becomes `ItemInvalid` once file and line are known."""


class ItemInvalid(RoadmapError):
    """A line of a file of reference questions cannot be used."""

    def __init__(self, path: Path | str, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line, self.reason = str(path), line, reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of one document that a right answer rests on."""

    document_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class EvalItem:
    """A question with what a right answer rests on and says.

    Evidence is a quote and no passage id, so the items survive any other cutting of the documents.
    """

    id: str
    question: str
    kind: str  # fact, list, howto, followup, unanswerable, ...
    history: tuple[Turn, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reference: str = ""
    must: tuple[tuple[str, ...], ...] = ()  # of every inner tuple one string has to be in the answer
    must_not: tuple[str, ...] = ()
    answerable: bool = True
    split: Split = "dev"
    never_break: bool = False
    origin: str = ""  # "file, line", for messages

    @property
    def digest(self) -> str:
        """12 hex digits that change when the question, or what counts as right, changes."""
        essence = {key: value for key, value in item_json(self).items() if key not in ("reference", "split", "never_break")}
        return hashlib.sha256(json.dumps(essence, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def items_folder() -> Path:
    """Where the committed items are."""
    return Path(__file__).parent / "items"


def load_items(paths: Sequence[Path] = ()) -> tuple[EvalItem, ...]:
    """The items of these files, in order; of the committed `evals/items/*.jsonl` where none is named. Ids are unique.

    Raises `ItemsMissing` and `ItemInvalid`.
    """
    files = list(paths) or sorted(items_folder().glob("*.jsonl"))
    items: list[EvalItem] = []
    seen: dict[str, str] = {}
    for file in files:
        for item in read_file(file):
            if item.id in seen:
                line = int(item.origin.rpartition(" ")[2])
                raise ItemInvalid(file, line, f"the id “{item.id}” is taken already ({seen[item.id]}); choose another.")
            seen[item.id] = item.origin
            items.append(item)
    if not items:
        where = ", ".join(str(file) for file in files) or str(items_folder())
        raise ItemsMissing(f"There is no reference question in {where}; add one JSON object a line (see evals/README.md).")
    return tuple(items)


def evenly(values: Sequence[T], count: int) -> tuple[T, ...]:
    """So many of the values, evenly spaced from the first on; all of them when `count` is 0 or not smaller.

    >>> evenly("abcdefg", 3)
    ('a', 'c', 'e')
    """
    if not 0 < count < len(values):
        return tuple(values)
    return tuple(values[place * len(values) // count] for place in range(count))


def item_json(item: EvalItem) -> dict[str, object]:
    """The item as it stands in a file, every key given."""
    return {
        "id": item.id,
        "question": item.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in item.history],
        "kind": item.kind,
        "evidence": [{"document": evidence.document_id, "quote": evidence.quote} for evidence in item.evidence],
        "reference": item.reference,
        "must": [list(group) for group in item.must],
        "must_not": list(item.must_not),
        "answerable": item.answerable,
        "split": item.split,
        "never_break": item.never_break,
    }


def item_from_json(record: object, path: Path | str, line: int) -> EvalItem:
    """The item one parsed line holds. Raises `ItemInvalid`, naming the key that is wrong and what may stand there."""
    try:
        return _parse(record, f"{path}, line {line}")
    except _Wrong as exc:
        raise ItemInvalid(path, line, str(exc)) from exc


def read_file(path: Path) -> tuple[EvalItem, ...]:
    """The items of one file. Raises `ItemsMissing`, `ItemInvalid`."""
    items = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):  # not splitlines: U+2028 may stand inside a text
        if line.strip():
            items.append(item_from_json(_json(line, path, number), path, number))
    return tuple(items)


def read_text(path: Path) -> str:
    """What a file of items holds. Raises `ItemsMissing`, `ItemInvalid` where it is no text."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError as exc:
        raise ItemsMissing(f"The file of reference questions {path} does not exist; check the path.") from exc
    except UnicodeDecodeError as exc:
        line = data[: exc.start].count(b"\n") + 1
        raise ItemInvalid(path, line, "this is no UTF-8 text; save the file as UTF-8.") from exc
    except OSError as exc:
        raise ItemsMissing(f"The file of reference questions {path} cannot be read ({exc.strerror}).") from exc


def _json(line: str, path: Path, number: int) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as exc:
        raise ItemInvalid(path, number, f"this is no JSON: {exc.msg} at column {exc.colno}.") from exc
    except (ValueError, RecursionError) as exc:
        raise ItemInvalid(path, number, "this holds a number of too many digits, or lists inside lists without end.") from exc


def _parse(record: object, origin: str) -> EvalItem:
    if not isinstance(record, Mapping):
        raise _Wrong("each line has to be one JSON object.")
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise _Wrong(f"it holds half a character (\\u{ord(exc.object[exc.start]):x}); write the whole one.") from exc
    unknown = sorted(set(record) - _KEYS)
    if unknown:
        raise _Wrong(f"“{unknown[0]}” is no key of an item; there are: {', '.join(sorted(_KEYS))}.")
    for key in ("id", "question", "kind"):
        if not isinstance(record.get(key), str) or not record[key].strip():
            raise _Wrong(f"“{key}” has to be a text that is not empty.")
    if not _ID.fullmatch(record["id"]):
        raise _Wrong(f"the id “{record['id']}” may hold letters, digits, “.”, “_” and “-” only.")
    if not _KIND.fullmatch(record["kind"]):
        raise _Wrong(f"the kind “{record['kind']}” has to be one lower-case word, such as fact or followup.")
    for key, default in (("answerable", True), ("never_break", False)):
        if not isinstance(record.get(key, default), bool):
            raise _Wrong(f"“{key}” has to be true or false.")
    split = record.get("split", "dev")
    if split not in get_args(Split):
        raise _Wrong(f"“split” has to be one of {', '.join(get_args(Split))}.")
    reference = record.get("reference", "")
    if not isinstance(reference, str):
        raise _Wrong("“reference” has to be a text.")
    answerable = bool(record.get("answerable", True))
    evidence = tuple(_evidence(entry) for entry in _list(record, "evidence"))
    if answerable and not evidence:
        raise _Wrong("an answerable question needs evidence: give a quote, or set “answerable” to false.")
    if not answerable and evidence:
        raise _Wrong("a question with evidence is answerable: remove the evidence or set “answerable” to true.")
    must = tuple(_texts(group, "every entry of “must”", at_least=1) for group in _list(record, "must"))
    if not answerable and must:
        raise _Wrong("a refusal makes no point: remove “must”, or give evidence and set “answerable” to true.")
    return EvalItem(
        id=record["id"],
        question=record["question"],
        kind=record["kind"],
        history=tuple(_turn(entry) for entry in _list(record, "history")),
        evidence=evidence,
        reference=reference,
        must=must,
        must_not=_texts(_list(record, "must_not"), "“must_not”", at_least=0),
        answerable=answerable,
        split=split,
        never_break=bool(record.get("never_break", False)),
        origin=origin,
    )


def _list(record: Mapping[str, object], key: str) -> list[object]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise _Wrong(f"“{key}” has to be a list.")
    return value


def _evidence(entry: object) -> Evidence:
    if not isinstance(entry, Mapping) or set(entry) != {"document", "quote"}:
        raise _Wrong("every entry of “evidence” has to be {“document”: …, “quote”: …}.")
    document, quote = entry["document"], entry["quote"]
    if not isinstance(document, str) or not isinstance(quote, str) or not document.strip() or not quote.strip():
        raise _Wrong("“document” and “quote” of the evidence have to be texts that are not empty.")
    return Evidence(document, quote)


def _turn(entry: object) -> Turn:
    if not isinstance(entry, Mapping) or set(entry) != {"role", "content"} or entry["role"] not in ("user", "assistant"):
        raise _Wrong("every entry of “history” has to be {“role”: “user” or “assistant”, “content”: …}.")
    if not isinstance(entry["content"], str):
        raise _Wrong("“content” of a turn has to be a text.")
    return Turn(entry["role"], entry["content"])


def _texts(value: object, name: str, *, at_least: int) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) < at_least:
        raise _Wrong(f"{name} has to be a list of texts.")
    texts = []
    for entry in value:
        if not isinstance(entry, str) or not plain(entry):
            raise _Wrong(f"{name} may hold texts with at least one letter, digit or sign.")
        texts.append(entry)
    return tuple(texts)
