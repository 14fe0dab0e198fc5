"""What a follow-up names itself, beside what it is about: the evidence has to hold that too."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ellipsis import DEGREE, KIND_ASKED, WANTED, fragment_of, names_only
from assistant.phrases import named_terms
from assistant.question import Question
from assistant.ranker import Ranked
from assistant.signals import ASKING, holds, shown_kinds
from assistant.standalone import apart
from index.english import EVERYDAY, how_common
from index.hit import Hit
from index.search import Snapshot
from index.terms import stem, terms, words

RARE = 2.0  # least rarity of a word that the evidence has to hold: more passages than that have it by chance
BEST = 5  # units of which one has to hold such a word


def own_words(asked: Question, snapshot: Snapshot) -> frozenset[str]:
    """The terms of the thing that a follow-up names and what it is about does not; empty for a question that stands alone.

    It is a mere name, or the only word of its own. Words that say how something is asked for are none, nor is the kind of thing
    asked for ("which library"), nor "easier", nor everyday words ("tough"), which documents put otherwise. What has more words
    puts the same in other words, which none have to hold.
    """
    spoken, about = apart(asked.content)
    if not about:
        return frozenset()
    named = named_terms(DEGREE.sub(" ", KIND_ASKED.sub(" ", WANTED.sub(" ", spoken))))
    own = frozenset(term for term in named - ASKING - frozenset(terms(about)) if snapshot.lexical.rarity(term) >= RARE)
    if names_only(fragment_of(spoken)):
        return own
    everyday = {stem(word) for word in words(spoken) if how_common(word) >= EVERYDAY}
    return own - everyday if len(own) == 1 else frozenset()


def held(own: frozenset[str], asked: Question, ranked: Sequence[Ranked]) -> bool:
    """Whether the best units hold one of these words, or what is asked for by its kind, such as a sum of money."""
    best = [r.unit for r in ranked[:BEST]]
    kinds = shown_kinds(asked.wants)
    return any(own & set(terms(f"{unit.text} {' '.join(unit.heading_path)} {unit.document.title}")) for unit in best) or any(
        holds(kind, unit.text) for kind in kinds for unit in best
    )


def found_near(own: frozenset[str], hits: Sequence[Hit]) -> bool:
    """Whether a passage that was found holds one of these words."""
    return any(own & set(terms(hit.passage.text)) for hit in hits)
