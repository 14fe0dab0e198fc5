"""Retrieval metrics: ranks of evidence in, recall@k, success@k, MRR and nDCG@10 per question out, computed by ir-measures.

A passage is relevant when it covers a quote (`evals.evidence.covers`). The first passage that does is the one that counts;
a second passage with the same words brings a learner nothing new. A quote that no passage covers counts as a relevant passage
that was not found. So the figures do not depend on how many passages the documents are cut into:

- success@k: 1 when one of the first k passages covers a quote;
- recall@k: the share of the question's quotes that the first k passages cover (success@k of each quote, averaged);
- mrr: 1 / rank of the first passage that covers a quote (reciprocal rank; its average is the MRR);
- ndcg@10: the gain of a passage is the number of quotes that it is the first to cover (Järvelin and Kekäläinen 2002).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.evidence import Located, covers
from index.hit import Hit

if TYPE_CHECKING:
    from ir_measures import Measure

CUTOFFS = (1, 3, 5, 10)
NAMES = (*(f"success@{k}" for k in CUTOFFS), *(f"recall@{k}" for k in CUTOFFS), "mrr", "ndcg@10")


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found of a question's evidence: for each quote the rank of the first hit that covers it, or None."""

    quotes: tuple[int | None, ...]  # 1-based
    hits: int  # how many passages came back


def rank_evidence(located: Sequence[Located], hits: Sequence[Hit]) -> Ranking:
    """The ranking of these hits, taken in the order given."""
    ranks: list[int | None] = []
    for place in located:
        ranks.append(next((rank for rank, hit in enumerate(hits, start=1) if covers_evidence(place, hit)), None))
    return Ranking(tuple(ranks), len(hits))


def covers_evidence(place: Located, hit: Hit) -> bool:
    """Whether the hit's passage covers the quote at one of its places."""
    passage = hit.passage
    return passage.document_id == place.evidence.document_id and any(covers(passage.spans, span) for span in place.spans)


def retrieval_metrics(rankings: Mapping[str, Ranking]) -> dict[str, dict[str, float]]:
    """For each question id every name of `NAMES`, from 0 to 1. A question without hits gets zeros, never a gap."""
    import ir_measures

    measures = {f"success@{k}": ir_measures.Success @ k for k in CUTOFFS}
    measures |= {"mrr": ir_measures.RR, "ndcg@10": ir_measures.nDCG @ 10}
    by_question = _evaluate(measures, {name: _judged(ranking) for name, ranking in rankings.items()})
    recall = {f"recall@{k}": ir_measures.Success @ k for k in CUTOFFS}
    quotes = {
        f"{name}#{number}": ({f"hit{rank}" if rank else "missed": 1}, ranking.hits)
        for name, ranking in rankings.items()
        for number, rank in enumerate(ranking.quotes, start=1)
    }
    by_quote = _evaluate(recall, quotes)
    for name, ranking in rankings.items():
        for measure in recall:
            values = [by_quote[f"{name}#{number}"][measure] for number in range(1, len(ranking.quotes) + 1)]
            by_question[name][measure] = sum(values) / len(values) if values else 0.0
    return {name: {measure: by_question[name][measure] for measure in NAMES} for name in rankings}


def trec_files(rankings: Mapping[str, Ranking]) -> tuple[str, str]:
    """The judgements and the rankings as TREC text (qrels, run), so that any other tool can check the figures.

    `ir_measures qrels.txt run.txt Success@1 RR nDCG@10` prints what this module computes.
    """
    judged = {name: _judged(ranking) for name, ranking in rankings.items()}
    runs = {name: [f"hit{rank}" for rank in range(1, hits + 1)] for name, (_, hits) in judged.items()}
    return trec_lines({name: gains for name, (gains, _) in judged.items()}, runs)


def trec_lines(qrels: Mapping[str, Mapping[str, int]], runs: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Judgements (gain by document) and rankings (documents, best first) by question, as TREC text.

    White space in an id, which separates the columns there, becomes "_".
    """
    judgements = [
        f"{_column(name)} 0 {_column(document)} {gain}" for name, gains in qrels.items() for document, gain in gains.items()
    ]
    ranked = [
        f"{_column(name)} Q0 {_column(document)} {rank} {_score(rank)} roadmap"
        for name, documents in runs.items()
        for rank, document in enumerate(documents, start=1)
    ]
    return "".join(line + "\n" for line in judgements), "".join(line + "\n" for line in ranked)


def _column(name: str) -> str:
    return "_".join(name.split()) or "_"


def _judged(ranking: Ranking) -> tuple[dict[str, int], int]:
    """Gain by passage; passages that were not found have names of their own."""
    gains: dict[str, int] = {}
    for number, rank in enumerate(ranking.quotes, start=1):
        name = f"hit{rank}" if rank else f"missed{number}"
        gains[name] = gains.get(name, 0) + 1
    return gains, ranking.hits


def _evaluate(measures: Mapping[str, Measure], judged: Mapping[str, tuple[dict[str, int], int]]) -> dict[str, dict[str, float]]:
    import ir_measures

    qrels = [ir_measures.Qrel(name, document, gain) for name, (gains, _) in judged.items() for document, gain in gains.items()]
    run = [
        ir_measures.ScoredDoc(name, f"hit{rank}", _score(rank))
        for name, (_, hits) in judged.items()
        for rank in range(1, hits + 1)
    ]
    values: dict[str, dict[str, float]] = {name: dict.fromkeys(measures, 0.0) for name in judged}
    names = {measure: name for name, measure in measures.items()}
    if qrels:
        for metric in ir_measures.iter_calc(list(measures.values()), qrels, run):
            values[metric.query_id][names[metric.measure]] = float(metric.value)
    return values


def _score(rank: int) -> float:
    """Falls with the rank, exactly representable, so that no tie can reorder."""
    return float(100_000 - rank)
