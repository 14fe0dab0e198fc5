"""What the index knows of a conversation: whether its documents answer the next question too, and which phrases are alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.ellipsis import PRONOUN, in_clause
from assistant.phrases import named_terms
from index.english import EVERYDAY, how_common, is_english
from index.search import Snapshot
from index.terms import stem, terms, words

NEAR = 3  # passages of the conversation's question whose documents are its context
DEPTH = 15  # rank by which a passage of these documents must come for the question alone
SHARE = 0.6  # least score of that passage, as a share of the best one's
CLEAR = 0.42  # dense score from which a question alone has found what it is about
TOPICAL = 0.5  # weight of how few documents a phrase occurs in, against its likeness, where another is put in its place
LIKE = 0.25  # least cosine of two phrases of which one stands in the other's place
FOREIGN = 0.2  # below it the question is about nothing in the documents, alone or not


class Context(Protocol):
    """What resolving a follow-up may ask of an index."""

    def goes_on(self, asked: str, before: str) -> bool:
        """Whether a question without a word that points back is better read as going on with the one before it."""
        ...

    def foreign(self, asked: str) -> bool:
        """Whether nothing in the documents is like the question."""
        ...

    def topical(self, word: str) -> float:
        """The share of documents that the word does not occur in, 0 to 1: low for words of every document."""
        ...

    def fits(self, phrase: str, others: Sequence[str]) -> list[float]:
        """For each of the others how well the phrase could stand in its place: alike, and topical."""
        ...


class IndexContext:
    """A `Context` over one snapshot of the index."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def goes_on(self, asked: str, before: str) -> bool:
        """True when the question alone finds nothing clearly, and what it finds lies in the documents of the one before too.

        A question that names a document stands alone, and so does one in whose clause something is named that no document has.

        The limits are those that told the dev follow-ups from dev questions put behind another question and its answer.
        """
        if self._names_new(asked):
            return False
        embedder = self._snapshot.embedder()
        alone = self._snapshot.search_vector(asked, embedder.embed_question(asked), DEPTH)
        if not alone or not FOREIGN <= max(hit.dense for hit in alone) < CLEAR or self._snapshot.titles.named(asked):
            return False
        near = self._snapshot.search_vector(before, embedder.embed_question(before), NEAR)
        documents = {hit.passage.document_id for hit in near}
        return any(hit.passage.document_id in documents and hit.score >= SHARE * alone[0].score for hit in alone)

    def _names_new(self, asked: str) -> bool:
        """Whether a clause names something by an English word that no document has; slips are none, nor everyday words.

        With a pronoun it speaks of something else than that word: "nobody answers it, rude?".
        """
        named = named_terms(asked) if in_clause(asked) and not PRONOUN.search(asked) else frozenset()
        said = [word for word in words(asked) if not word.endswith("est")]  # "lowest" says how, not what
        new = {stem(word) for word in said if is_english(word) and how_common(word) < EVERYDAY} & named
        return any(len(self._snapshot.lexical.rows_with(term)) == 0 for term in new)

    def foreign(self, asked: str) -> bool:
        """As `Context.foreign`."""
        found = self._snapshot.search_vector(asked, self._snapshot.embedder().embed_question(asked), DEPTH)
        return max((hit.dense for hit in found), default=0.0) < FOREIGN

    def topical(self, word: str) -> float:
        """As `Context.topical`; 1 for a word that no document holds, 0 for a function word."""
        found = terms(word)
        if not found:
            return 0.0
        passages = self._snapshot.passages
        holding = {passages[row].document_id for row in self._snapshot.lexical.rows_with(found[0])}
        return 1 - len(holding) / max(1, len(self._snapshot.documents))

    def fits(self, phrase: str, others: Sequence[str]) -> list[float]:
        """Cosine of the two plus `TOPICAL` times the mean of the other's words; 0 where the cosine is below `LIKE`."""
        vectors, _ = self._snapshot.embedder().embed_passages([phrase, *others], [()] * (len(others) + 1))
        cosines = vectors[1:] @ vectors[0]
        weights = [sum(self.topical(word) for word in other.split()) / len(other.split()) for other in others]
        return [
            float(cosine) + TOPICAL * weight if cosine >= LIKE else 0.0 for cosine, weight in zip(cosines, weights, strict=True)
        ]
