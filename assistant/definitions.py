"""The words of the documents that say what each of two compared things is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ranker import Ranked
from assistant.sides import Sides
from assistant.signals import defined
from assistant.units import Unit
from index.terms import terms

OPENING_SHARE = 0.02  # least value of what only begins with a name, as a share of the best unit's
_ARTICLE = re.compile(r"\A(?:an?|the)\s+", re.IGNORECASE)


def definitions(ranked: Sequence[Ranked], compared: Sides) -> list[Ranked]:
    """The best two units that say what each of two things is, or else that begin with its name; empty unless both have one.

    What the two names share may stand once or not at all: "supervised and unsupervised (learning)".
    """
    return _defining(ranked, compared) or _opening(ranked, compared)


def _defining(ranked: Sequence[Ranked], compared: Sides) -> list[Ranked]:
    about = [(unit, named) for unit in ranked if (named := _named(unit.unit))]
    firsts, seconds = ([(unit, named - side) for unit, named in about if side <= named] for side in compared)
    pairs = [
        (first, second)
        for first, more in firsts
        for second, other in seconds
        if first is not second and (more == other or (more <= compared[1] and other <= compared[0]))
    ]
    return list(max(pairs, key=lambda pair: pair[0].value + pair[1].value, default=()))


def _opening(ranked: Sequence[Ranked], compared: Sides) -> list[Ranked]:
    """The best units that speak of each of two things from their first word on: "Kafka keeps ...", "The analyst asks ..."."""
    near = [r for r in ranked if len(r.unit.parts) == 1 and r.value >= OPENING_SHARE * ranked[0].value]
    firsts, seconds = ([r for r in near if _opens_with(r.unit, side)] for side in compared)
    return [firsts[0], seconds[0]] if firsts and seconds else []


def _opens_with(unit: Unit, name: frozenset[str]) -> bool:
    text = _ARTICLE.sub("", unit.text)
    spoken, first = terms(text), frozenset(terms(text.split(maxsplit=1)[0]))
    named = bool(first) and first <= name == frozenset(spoken[: len(name)])
    return named and len(spoken) > len(name) and unit.kind in ("item", "sentence")


def _named(unit: Unit) -> frozenset[str]:
    """The terms of what a unit says something about: its label, or what stands before the verb of its definition."""
    part = unit.parts[0]
    if len(unit.parts) != 1 or unit.kind not in ("item", "sentence", "row"):
        return frozenset()
    if part.label_end is not None:
        return frozenset(terms(unit.document.text[part.start : part.label_end]))
    return defined(unit.text) or frozenset()
