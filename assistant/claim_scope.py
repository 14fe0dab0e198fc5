"""What limits a statement of the quotes, and whether a sentence keeps it: shares of a number, alternatives, conditions.

A sentence that leaves one of these out is made of the quotes' own words and says more than they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.claim_reading import Word, kinship
from assistant.claim_words import NEGATIONS

REACH = 3  # words between "of" and the number that a share is taken of: "two of our best six"
PHRASE = 3  # content words of one alternative
_CONDITIONS = frozenset("if unless".split())
_FIRST_CONDITIONS = frozenset("when whenever where once".split())  # further in they often describe: "a table where each row"
_UNCONDITIONAL = frozenset("even as what".split())  # "even if" sets no condition
_WHO = frozenset("who that which".split())
_ANYONE = frozenset("a an any every each no those people anyone everyone".split())
_VERBS = frozenset(
    """would will can could should must might may is are was were has have had does do needs takes gets earns begins starts
    becomes""".split()
)
_FREE = frozenset("can could may might such like example any either if whether when".split())  # leave a choice

Condition = tuple[list[Word], list[Word]]  # content words that set it, and those of what holds then


def keeps_limits(claim: Sequence[Word], quote: Sequence[Word]) -> bool:
    """Whether the sentence keeps what limits the statements that it repeats.

    >>> from assistant.claim_reading import read
    >>> keeps_limits(read("Six people passed."), read("Two of the six people passed."))
    False
    >>> keeps_limits(read("Use Git."), read("If you work alone, use Git."))
    False
    """
    return _keeps_shares(claim, quote) and _keeps_alternatives(claim, quote) and _keeps_conditions(claim, quote)


def _keeps_shares(claim: Sequence[Word], quote: Sequence[Word]) -> bool:
    """Whether a number that the quotes take a share of ("nine of our fourteen") is one in the claim too."""
    wholes, kept = set(_wholes(quote)), set(_wholes(claim))
    alone = {word.stem for at, word in enumerate(quote) if word.figure and at not in wholes}
    shared = {quote[at].stem for at in wholes} - alone
    if shared and _has(claim, {"both"}) and not _has(quote, {"both"}):
        return False
    return all(at in kept or word.stem not in shared for at, word in enumerate(claim) if word.figure)


def _wholes(side: Sequence[Word]) -> Iterator[int]:
    """Where the numbers stand that a share is taken of."""
    for at, word in enumerate(side):
        if not (word.figure or word.lower == "one"):
            continue
        of = next((n for n in (at + 1, at + 2) if n < len(side) and side[n].lower == "of"), None)
        if of is None or (of == at + 2 and side[at + 1].lower != "out"):
            continue
        yield from [n for n in range(of + 1, min(of + 1 + REACH, len(side))) if side[n].figure][:1]


def _keeps_alternatives(claim: Sequence[Word], quote: Sequence[Word]) -> bool:
    """Whether of two alternatives none is claimed alone, nor both together, unless the quotes leave the choice."""
    if _has(claim, NEGATIONS):
        return True
    for at, word in enumerate(quote):
        around = [other for other in quote if other.clause == word.clause]
        if word.lower != "or" or _has(around, _FREE | NEGATIONS):
            continue
        left, right = _phrase(reversed(quote[:at]), word), _phrase(quote[at + 1 :], word)
        own = [_apart(left, right, quote), _apart(right, left, quote)]
        if not all(own):
            continue
        said = [any(_in(word, claim) for word in words) for words in own]
        if any(said) and not _has(claim, {"or"}) and (not all(said) or _joined(claim, *own)):
            return False
    return True


def _phrase(side: Iterator[Word] | Sequence[Word], link: Word) -> list[Word]:
    """The content words next to "or", up to the first other word behind them."""
    found: list[Word] = []
    for word in side:
        if word.part != link.part or len(found) == PHRASE or (found and not word.content):
            break
        if word.content and not word.figure:
            found.append(word)
    return found


def _apart(phrase: Sequence[Word], other: Sequence[Word], quote: Sequence[Word]) -> list[Word]:
    """The words of one alternative that the other one lacks and that stand nowhere else in the quotes."""
    return [word for word in phrase if not _in(word, other) and sum(word.stem == each.stem for each in quote) == 1]


def _joined(claim: Sequence[Word], left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether the claim has an "and" between the two alternatives."""
    places = [[at for at, word in enumerate(claim) if any(kinship(word, each) for each in words)] for words in (left, right)]
    return any(
        word.lower == "and" and any(min(a, b) < at < max(a, b) for a in places[0] for b in places[1])
        for at, word in enumerate(claim)
    )


def _keeps_conditions(claim: Sequence[Word], quote: Sequence[Word]) -> bool:
    """Whether no statement is claimed without its condition, and no condition as if it were a statement."""
    content = [word for word in claim if word.content]
    for condition, main in _conditions(quote):
        met, stated = [[word for word in content if _in(word, side)] for side in (condition, main)]
        elsewhere = [word for word in quote if word.content and word not in main and word not in condition]
        if sum(_in(word, elsewhere) for word in content) >= max(len(met), len(stated)):
            continue  # another sentence says it
        if len(stated) > 1 and not met:
            return False
        if len(met) > 1 and not stated and not _has(claim, _CONDITIONS | _FIRST_CONDITIONS | _WHO):
            return False
    return True


def _conditions(quote: Sequence[Word]) -> Iterator[Condition]:
    """The conditions of the quotes' sentences: "if ..." and the like, "anyone who ..."."""
    for number in dict.fromkeys(word.sentence for word in quote):
        sentence = [word for word in quote if word.sentence == number]
        for at, word in enumerate(sentence):
            before = sentence[at - 1].lower if at else ""
            sets = word.lower in _CONDITIONS or (not at and word.lower in _FIRST_CONDITIONS)
            if sets and before not in _UNCONDITIONAL:
                clause = [each for each in sentence[at:] if each.clause == word.clause]
            elif word.lower in _WHO and 0 < at <= REACH and sentence[0].lower in _ANYONE:
                verb = next((n for n in range(at + 2, len(sentence)) if sentence[n].lower in _VERBS), len(sentence))
                clause = [each for each in sentence[at:verb] if each.clause == word.clause]
            else:
                continue
            head = sentence[:at] if word.lower in _WHO else []
            main = [each for each in sentence if each.part == word.part and each not in clause and each not in head]
            yield [each for each in clause if each.content], [each for each in main if each.content]


def _in(word: Word, side: Sequence[Word]) -> bool:
    return any(kinship(word, other) for other in side)


def _has(side: Sequence[Word], lowers: frozenset[str] | set[str]) -> bool:
    return any(word.lower in lowers for word in side)
