"""The words of the documents that say what each of two compared things is."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ranker import Ranked
from assistant.sides import Sides
from assistant.signals import defined
from assistant.units import Unit
from index.terms import terms


def definitions(ranked: Sequence[Ranked], compared: Sides) -> list[Ranked]:
    """The best two units that say what each of two things is; empty unless both have one.

    What the two names share may stand once or not at all: "supervised and unsupervised (learning)".
    """
    about = [(unit, named) for unit in ranked if (named := _named(unit.unit))]
    firsts, seconds = ([(unit, named - side) for unit, named in about if side <= named] for side in compared)
    pairs = [
        (first, second)
        for first, more in firsts
        for second, other in seconds
        if first is not second and (more == other or (more <= compared[1] and other <= compared[0]))
    ]
    return list(max(pairs, key=lambda pair: pair[0].value + pair[1].value, default=()))


def _named(unit: Unit) -> frozenset[str]:
    """The terms of what a unit says something about: its label, or what stands before the verb of its definition."""
    part = unit.parts[0]
    if len(unit.parts) != 1 or unit.kind not in ("item", "sentence", "row"):
        return frozenset()
    if part.label_end is not None:
        return frozenset(terms(unit.document.text[part.start : part.label_end]))
    return defined(unit.text) or frozenset()
