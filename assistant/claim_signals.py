"""What speaks for and against quotes supporting a sentence: a row of numbers, in the order of `NAMES`.

The sentence is laid over the quotes word by word; what has no partner, stands in another order, in another clause or under
another negation is counted. `assistant/verify.py` weighs the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.claim_alignment import Alignment
from assistant.claim_reading import Word, kinship, read, stems
from assistant.claim_words import HEDGES, IMPLICIT_NEGATIONS, NEGATIONS, OBLIGATIONS, STRONG, equivalents, opposites
from index.terms import stem

NAMES = (
    "figures_new", "figures_moved", "names_new", "rare_new", "new", "new_share", "new_run", "new_tail", "new_clause",
    "negations_more", "negations_fewer", "negated_apart", "parity", "opposites", "strong_new", "hedges_lost", "hedges_new",
    "obligation_new", "inversions", "farthest", "clause_gap", "window_gap", "one_sentence", "jumps", "jumps_share",
    "soft_jumps", "subject_gap", "time_turned", "sides_turned", "in_order", "exchanged", "exchanged_rare",
    "exchanged_alike", "dropped_inside", "comparatives", "matched", "alike_share", "length", "quote_length",
)  # fmt: skip

# what stands left of the word comes first (1) or last (-1); it is the preferred or the greater (1)
_TIME = {
    "before": 1, "then": 1, "precedes": 1, "preceding": 1, "followed": 1, "until": 1, "later": 1,
    "after": -1, "follows": -1, "following": -1, "once": -1,
}  # fmt: skip
_SIDES = {"than": 1, "instead": 1, "rather": 1, "over": 1, "beats": 1, "exceeds": 1}
_PREFIXES = ("un", "in", "non", "dis", "im", "ir", "mis")
_DEGREES = frozenset("more less fewer better worse most least".split())


def claim_signals(sentence: str, quotes: Sequence[str]) -> list[float]:
    """One row of finite numbers, as long as `NAMES`."""
    claim, quote = read(sentence), read("\n".join(quotes))
    aligned = Alignment(claim, quote)
    near, content, new = aligned.near_sentences(), aligned.content, set(aligned.new)
    count = max(1, len(content))
    known = stems(quote)
    opposed = _opposed(claim, known)
    more = _negations(claim) - _negations(aligned.near_clauses())
    hedged, hedging = any(w.lower in HEDGES for w in near), any(w.lower in HEDGES for w in claim)
    order = aligned.order
    tail = content[-max(2, count // 3) :]
    alike = sum(kinship(claim[i], quote[j]) < 1 for i, j in aligned.partners.items())
    strong = stems([word for word in quote if word.lower in STRONG])
    lowers = {word.lower for word in quote}
    near_lowers = {word.lower for word in near}
    return [
        sum(w.figure and w.stem not in known for w in claim), _moved_figures(claim, quote),
        sum(claim[i].special for i in new), sum(claim[i].rare for i in new),
        len(new), len(new) / count, _longest_run([i in new for i in content]), sum(i in new for i in tail) / max(1, len(tail)),
        max((sum(i in new for i in own) / len(own) for own in aligned.clauses() if len(own) >= 2), default=0.0),
        max(0.0, more), max(0.0, -more), _negated_apart(aligned), float((round(2 * more) + 2 * opposed) % 4 != 0), opposed,
        sum(w.lower in STRONG and w.lower not in lowers and not strong & equivalents().get(w.stem, frozenset()) for w in claim),
        float(hedged and not hedging), float(hedging and not hedged),
        float(any(w.lower in OBLIGATIONS for w in claim) and not any(w.lower in OBLIGATIONS for w in near)),
        sum(b < a for a, b in pairwise(order)) / max(1, len(order) - 1),
        min(max((abs(b - a) for a, b in pairwise(order)), default=0), 40) / 10,
        aligned.clause_gap(), aligned.window_gap(), aligned.one_sentence(), *aligned.jumps(), aligned.subject_gap(),
        aligned.turned(_TIME), aligned.turned(_SIDES), *_edits(claim, near),
        sum(_compares(w.lower) and w.lower not in near_lowers for w in claim),
        len(order) / count, alike / count, min(len(claim), 40) / 10, min(len(quote), 120) / 40,
    ]  # fmt: skip


def _opposed(claim: Sequence[Word], known: frozenset[str]) -> int:
    """Words of the claim that the quotes have the contrary of: from a list, or by a denying prefix."""
    found = 0
    for word in claim:
        if word.stem in known:
            continue
        bare = [word.lower.removeprefix(prefix) for prefix in _PREFIXES if word.lower.startswith(prefix)]
        denied = word.content and (
            any(stem(b) in known for b in bare) or any(stem(prefix + word.lower) in known for prefix in _PREFIXES)
        )
        found += denied or bool(known & opposites().get(word.stem, frozenset()))
    return found


def _negations(side: Sequence[Word]) -> float:
    return sum(1.0 if w.lower in NEGATIONS else 0.5 if w.lower in IMPLICIT_NEGATIONS else 0.0 for w in side)


def _negated_apart(aligned: Alignment) -> int:
    """Pairs of which one word stands just behind a negation and the other does not."""

    def denied(side: Sequence[Word], at: int) -> bool:
        return any(w.lower in NEGATIONS for w in side[max(0, at - 3) : at] if w.clause == side[at].clause)

    return sum(denied(aligned.claim, i) != denied(aligned.quote, j) for i, j in aligned.partners.items())


def _moved_figures(claim: Sequence[Word], quote: Sequence[Word]) -> int:
    """Figures of the claim that have other neighbours in the quotes wherever they stand."""
    moved = 0
    for i, word in enumerate(claim):
        places = [j for j, other in enumerate(quote) if word.figure and other.stem == word.stem]
        around = [w.stem for w in claim[max(0, i - 4) : i + 4] if w.content and w.stem != word.stem]
        if places and around:
            moved += max(sum(s in stems(quote[max(0, j - 5) : j + 6]) for s in around) for j in places) < 0.5 * len(around)
    return moved


def _edits(claim: Sequence[Word], near: Sequence[Word]) -> tuple[float, float, float, float, float]:
    """The word-by-word difference to the nearest sentences: share kept in order; words exchanged for others, of these rare
    ones, exchanged for kin; content words dropped inside."""
    matcher = SequenceMatcher(None, [w.stem for w in near], [w.stem for w in claim], autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    exchanged = rare = alike = dropped = 0
    codes = matcher.get_opcodes()
    for number, (tag, a1, a2, b1, b2) in enumerate(codes):
        before, after = [w for w in near[a1:a2] if w.content], [w for w in claim[b1:b2] if w.content]
        if tag == "replace" and before and max(a2 - a1, b2 - b1) <= 4:
            kin = sum(any(kinship(word, old) for old in before) for word in after)
            alike += kin
            exchanged += len(after) - kin
            rare += sum(word.rare and not any(kinship(word, old) for old in before) for word in after)
        elif tag == "delete" and 0 < number < len(codes) - 1:
            dropped += len(before)
    return kept / max(1, len(claim)), exchanged, rare, alike, min(dropped, 12) / 4


def _longest_run(flags: Sequence[bool]) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest


def _compares(lower: str) -> bool:
    return lower in _DEGREES or (len(lower) > 5 and lower.endswith(("er", "est")))
