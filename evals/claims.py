"""The verifier by itself: labelled pairs of a passage and a sentence in, precision and recall of "supported" out.

A line of `claims.jsonl`: {"id", "passage", "sentence", "label": "supported" | "unsupported", "corruption"}. The corruption
says what was done to a true sentence (number, name, negation, scope, mixed, not_stated), or none; "document" (where the passage
is from) and "split" (dev or test) may be given.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from assistant.verify import SUPPORTED, support
from evals.answers import Support
from evals.items import ItemInvalid, ItemsMissing, Split

CORRUPTIONS = ("none", "number", "name", "negation", "scope", "mixed", "not_stated")
LABELS = ("supported", "unsupported")
_KEYS = {"id", "passage", "sentence", "label", "corruption"}
_OPTIONAL = {"document", "split"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the passage it is said to rest on, and whether it does."""

    id: str
    passage: str
    sentence: str
    supported: bool
    corruption: str
    split: Split = "dev"


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """How the verifier did on the claims of one corruption, or on all of them.

    Precision and recall are those of the verdict "supported". Of one corruption they are taken on its claims together with all
    supported ones, as its own claims are all unsupported; `right` is the share of its own claims that are judged right.
    """

    corruption: str  # "all" for all
    claims: int
    right: float
    precision: float | None  # None when nothing was called supported
    recall: float | None  # None when there is nothing supported


@dataclass(frozen=True, slots=True)
class ClaimsReport:
    """The figures, all claims first, and the ids of the dev claims that were judged wrong."""

    figures: tuple[ClaimFigures, ...]
    wrong: tuple[str, ...]

    @property
    def text(self) -> str:
        """A table for a terminal."""
        lines = [f"{'corruption':12} claims  right  precision  recall"]
        for row in self.figures:
            precision, recall = (f"{value:.3f}" if value is not None else "-" for value in (row.precision, row.recall))
            lines.append(f"{row.corruption:12} {row.claims:6d}  {row.right:.3f}  {precision:>9}  {recall:>6}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {"figures": [asdict(row) for row in self.figures], "wrong": list(self.wrong)}


def claims_file() -> Path:
    """Where the committed claims are."""
    return Path(__file__).parent / "claims.jsonl"


def load_claims(path: Path | None = None) -> tuple[Claim, ...]:
    """The claims of a file. Raises `ItemsMissing` and `ItemInvalid` (file, line, what)."""
    file = path or claims_file()
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise ItemsMissing(f"The file of claims {file} cannot be read ({exc}); check the path and that it is UTF-8.") from exc
    claims = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as exc:
            raise ItemInvalid(file, number, f"this is no JSON: {exc.msg} at column {exc.colno}.") from exc
        claims.append(_parse(record, file, number))
    if not claims:
        raise ItemsMissing(f"There is no claim in {file}; add one JSON object a line (see evals/README.md).")
    return tuple(claims)


def evaluate_claims(
    path: Path | None = None, *, split: str = "all", verifier: Support = support, threshold: float = SUPPORTED
) -> ClaimsReport:
    """How well the verifier tells supported sentences from others, in one split or in all.

    Raises what `load_claims` raises, and `ItemsMissing` when the split holds no claim.
    """
    claims = [claim for claim in load_claims(path) if split in ("all", claim.split)]
    if not claims:
        raise ItemsMissing(f"No claim of {path or claims_file()} is in the split {split}; choose another one with --split.")
    return judge_claims(claims, verifier, threshold)


def judge_claims(claims: Sequence[Claim], verifier: Support, threshold: float = SUPPORTED) -> ClaimsReport:
    """The report on these claims; a claim is called supported from `threshold` on."""
    called = [verifier(claim.sentence, [claim.passage]) >= threshold for claim in claims]
    rows = [_figures("all", list(zip(claims, called, strict=True)), None)]
    for corruption in CORRUPTIONS:
        if any(claim.corruption == corruption for claim in claims):
            rows.append(_figures(corruption, list(zip(claims, called, strict=True)), corruption))
    wrong = tuple(
        claim.id
        for claim, verdict in zip(claims, called, strict=True)
        if verdict != claim.supported and claim.split == "dev"  # those of the test split are looked at only as a total
    )
    return ClaimsReport(tuple(rows), wrong)


def _parse(record: object, file: Path, line: int) -> Claim:
    if not isinstance(record, dict) or not _KEYS <= set(record) <= _KEYS | _OPTIONAL:
        raise ItemInvalid(file, line, f"a claim has these keys: {', '.join(sorted(_KEYS))}; it may have document and split.")
    if not all(isinstance(value, str) and value for value in record.values()):
        raise ItemInvalid(file, line, "every value of a claim has to be a text that is not empty.")
    for key, accepted in (("label", LABELS), ("corruption", CORRUPTIONS), ("split", get_args(Split))):
        if record.get(key, "dev") not in accepted:
            raise ItemInvalid(file, line, f"“{key}” has to be one of {', '.join(accepted)}.")
    supported = record["label"] == "supported"
    if supported != (record["corruption"] == "none"):
        raise ItemInvalid(file, line, "a supported claim has the corruption “none”, an unsupported one another.")
    split = record.get("split", "dev")
    return Claim(record["id"], record["passage"], record["sentence"], supported, record["corruption"], split)


def _figures(name: str, judged: Sequence[tuple[Claim, bool]], corruption: str | None) -> ClaimFigures:
    own = [(claim, verdict) for claim, verdict in judged if corruption in (None, claim.corruption)]
    pool = [(claim, verdict) for claim, verdict in judged if corruption in (None, claim.corruption) or claim.supported]
    hits = sum(verdict and claim.supported for claim, verdict in pool)
    called = sum(verdict for _, verdict in pool)
    positives = sum(claim.supported for claim, _ in pool)
    return ClaimFigures(
        corruption=name,
        claims=len(own),
        right=sum(verdict == claim.supported for claim, verdict in own) / len(own),
        precision=hits / called if called else None,
        recall=hits / positives if positives else None,
    )
