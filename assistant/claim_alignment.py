"""A sentence laid over quotes: each content word of the sentence with the word of the quotes that it most likely repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from assistant.claim_reading import Word, kinship

_VERBS = frozenset(
    """is are was were has have had can may should must might will do does did mean means need needs use uses give gives take
    takes make makes show shows let lets help helps learn learns keep keeps work works run runs lead leads fail fails set sets
    get gets cause causes call calls""".split()
)
_VERB_ENDINGS = ("es", "ed", "ates")


class Alignment:
    """The partner of each content word, and how far the order and the grouping of the words were kept.

    A word that stands at several places of the quotes gets the place nearest to its neighbours' partners; where grouping is
    compared, all its places count.
    """

    def __init__(self, claim: Sequence[Word], quote: Sequence[Word]) -> None:
        self.claim, self.quote = claim, quote
        self.content = [i for i, word in enumerate(claim) if word.content]
        self.places = {i: found for i in self.content if (found := self._places(claim[i]))}
        self.partners = self._pair()
        self.new = [i for i in self.content if i not in self.partners]

    @property
    def order(self) -> list[int]:
        """Where the partners stand in the quotes, in the order of the sentence."""
        return [self.partners[i] for i in self.content if i in self.partners]

    def near_sentences(self) -> list[Word]:
        """The words of the sentences of the quotes that hold a partner."""
        held = {self.quote[j].sentence for j in self.partners.values()}
        return [word for word in self.quote if word.sentence in held] or list(self.quote)

    def near_clauses(self) -> list[Word]:
        """The words of the clauses that hold two partners, or one where none holds more."""
        counts: dict[int, int] = {}
        for j in self.partners.values():
            counts[self.quote[j].clause] = counts.get(self.quote[j].clause, 0) + 1
        held = {clause for clause, count in counts.items() if count >= min(2, max(counts.values()))}
        return [word for word in self.quote if word.clause in held] or list(self.quote)

    def clauses(self) -> Iterable[list[int]]:
        """The content words of each clause of the sentence."""
        for clause in sorted({self.claim[i].clause for i in self.content}):
            yield [i for i in self.content if self.claim[i].clause == clause]

    def clause_gap(self) -> float:
        """Of the worst clause: the share of its matched words that no single clause of the quotes holds."""
        worst = 0.0
        for own in self.clauses():
            places = [{self.quote[j].clause for j in self.places[i]} for i in own if i in self.places]
            if len(places) >= 2:
                worst = max(worst, 1 - max(sum(c in p for p in places) for c in set().union(*places)) / len(places))
        return worst

    def one_sentence(self) -> float:
        """The share of the matched words that the best single sentence of the quotes holds."""
        if not self.places:
            return 0.0
        sentences = [{self.quote[j].sentence for j in found} for found in self.places.values()]
        return max(sum(s in p for p in sentences) for s in set().union(*sentences)) / len(sentences)

    def window_gap(self) -> float:
        """The share of the matched words outside the best stretch of the quotes that is twice as long as the sentence."""
        if not self.places:
            return 0.0
        width = 2 * len(self.claim)
        starts = range(0, max(1, len(self.quote) - width // 2), 3)
        best = max(sum(any(at <= j < at + width for j in found) for found in self.places.values()) for at in starts)
        return 1 - best / len(self.places)

    def jumps(self) -> tuple[float, float, float]:
        """How often neighbours in one clause come from two parts of the quotes: count, share; and share from two clauses."""
        hard = soft = pairs = 0
        for a, b in pairwise(i for i in self.content if i in self.places):
            if self.claim[a].clause == self.claim[b].clause:
                here, there = [[self.quote[j] for j in self.places[i]] for i in (a, b)]
                pairs += 1
                hard += not {w.part for w in here} & {w.part for w in there}
                soft += not {w.clause for w in here} & {w.clause for w in there}
        return min(hard, 3), hard / max(1, pairs), soft / max(1, pairs)

    def subject_gap(self) -> float:
        """Of the worst clause: the share of its subject's words that are absent where most of its predicate stands."""
        worst = 0.0
        for clause in sorted({word.clause for word in self.claim}):
            own = [i for i, word in enumerate(self.claim) if word.clause == clause]
            verb = next((i for i in own[1:] if self._is_verb(i)), None)
            if verb is None:
                continue
            subject = [i for i in own if i < verb and i in self.places]
            predicate = [{self.quote[j].clause for j in self.places[i]} for i in own if i >= verb and i in self.places]
            if not subject or not predicate:
                continue
            home = max(sorted(set().union(*predicate)), key=lambda c: sum(c in p for p in predicate))
            near = {home} | {w.clause for w in self.quote if w.clause == home - 1 and w.part == self._part(home)}
            apart = sum(not any(self.quote[j].clause in near for j in self.places[i]) for i in subject)
            worst = max(worst, apart / len(subject))
        return worst

    def turned(self, pivots: Mapping[str, int]) -> float:
        """Of the matched pairs with a pivot word between them in both texts: the share that changed sides.

        A pivot of 1 says that what stands left of it comes first, one of -1 that it comes last.
        """
        here, there = _sides(self.claim, pivots), _sides(self.quote, pivots)
        same = turned = 0
        for left, right in here:
            for a in left & self.partners.keys():
                for b in right & self.partners.keys():
                    one, two = self.partners[a], self.partners[b]
                    same += sum(one in first and two in last for first, last in there)
                    turned += sum(one in last and two in first for first, last in there)
        return turned / (same + turned) if same + turned else 0.0

    def _places(self, word: Word) -> list[int]:
        same = [j for j, other in enumerate(self.quote) if other.stem == word.stem]
        if same:
            return same
        kin = [kinship(word, other) for other in self.quote]
        best = max(kin, default=0.0)
        if best:
            return [j for j, found in enumerate(kin) if found == best]
        at = initials_at(word, self.quote)
        return [at] if at is not None else []

    def _pair(self) -> dict[int, int]:
        counts: dict[int, int] = {}
        for found in self.places.values():
            for sentence in {self.quote[j].sentence for j in found}:
                counts[sentence] = counts.get(sentence, 0) + 1
        home = max(counts, key=lambda s: counts[s], default=0)
        partners: dict[int, int] = {}
        taken: set[int] = set()
        for i in sorted(self.places, key=lambda i: len(self.places[i])):  # words with one place first, the others beside them
            near = sorted(partners, key=lambda k: abs(k - i))[:2]
            ranked = [
                (
                    j in taken,
                    not near and self.quote[j].sentence != home,
                    sum(abs((j - partners[k]) - (i - k)) for k in near),
                    j,
                )
                for j in self.places[i]
            ]
            partners[i] = min(ranked)[-1]
            taken.add(partners[i])
        return partners

    def _is_verb(self, i: int) -> bool:
        return self.claim[i].lower in _VERBS or self.claim[i].lower.endswith(_VERB_ENDINGS)

    def _part(self, clause: int) -> int:
        return next(word.part for word in self.quote if word.clause == clause)


def initials_at(word: Word, quote: Sequence[Word]) -> int | None:
    """Where the words begin that a short name stands for: "ML" at "machine learning"."""
    if not word.special or not 2 <= len(word.lower) <= 5:
        return None
    at = "".join(other.lower[0] for other in quote).find(word.lower)
    return at if at >= 0 else None


def _sides(side: Sequence[Word], pivots: Mapping[str, int]) -> list[tuple[set[int], set[int]]]:
    """For each pivot the content words of its sentence that come first, and those that come last."""
    found = []
    for at, word in enumerate(side):
        if word.lower not in pivots:
            continue
        ours = [i for i, other in enumerate(side) if other.sentence == word.sentence and other.content]
        left, right = {i for i in ours if i < at}, {i for i in ours if i > at}
        if not left and right:  # "After X, Y"
            clause = min(side[i].clause for i in right)
            left, right = {i for i in right if side[i].clause != clause}, {i for i in right if side[i].clause == clause}
        found.append((left, right) if pivots[word.lower] > 0 else (right, left))
    return found
