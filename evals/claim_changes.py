"""Changes by rule that make a true sentence unsupported: one maker for each way in which written sentences go wrong.

Each maker takes a sentence, what surrounds it and a source of chance, and gives another sentence, or None where it does not
apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.claim_words import contraries, equivalents
from index.terms import STOPWORDS, stem
from ingest.sentences import sentence_spans

Maker = Callable[[str, "Surroundings", random.Random], "str | None"]

_FIGURE = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?![\w-])")
NUMBER_WORDS = "two three four five six seven eight nine ten twelve twenty".split()
_NUMBER = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b")
NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][\w+#-]*[\w+#]")
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|should|may|might|will|must|could|would|has been|have been)\b(?! not\b)")
_NEGATION = re.compile(r"\b(?:(?<=\bdo )not |(?<=\bdoes )not |not |never |no longer )|(?<=\bcan)not\b")
_STRONGER = {
    "usually": "always", "often": "always", "sometimes": "always", "typically": "always", "generally": "always",
    "frequently": "always", "mostly": "entirely", "mainly": "only", "many": "all", "most": "all", "some": "all", "can": "must",
    "may": "must", "might": "will certainly", "could": "must", "should": "must", "several": "all", "rarely": "never",
    "helps": "suffices", "likely": "certain", "preferred": "required", "nearly": "exactly", "about": "exactly",
}  # fmt: skip
_MOVED = {"before": "after", "after": "before", "first": "last", "last": "first", "more": "less", "less": "more",
          "without": "with", "always": "never", "all": "no", "above": "below", "below": "above", "since": "until"}  # fmt: skip
_UNITS = (("hours", "days", "weeks", "months", "years"), ("hour", "day", "week", "month", "year"), ("GB", "MB", "KB"),
          ("percent", "permille"), ("minutes", "seconds", "milliseconds"))  # fmt: skip
CONTRAST = re.compile(r"^(?P<a>[^,;]{10,})(?:, (?:whereas|while|but)|;) (?P<b>[^,;]{10,}?)\.?$")
VERB = re.compile(
    r" (?:is|are|was|were|has|have|can|may|should|must|means?|needs?|uses?|gives?|takes?|makes?|shows?|lets?|helps?|learns?|"
    r"keeps?|works?|contains?|includes?|describes?|measures?|updates?|runs?|allows?|causes?|became|began|had|did|won|played|"
    r"made|found) "
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known where a sentence stands: its passage, other sentences of its document, names of others."""

    passage: str
    elsewhere: Sequence[str]
    names: Sequence[str]


def _swap_case(word: str, like: str) -> str:
    return word.capitalize() if like[:1].isupper() else word


def parts(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in sentence_spans(text)]


def number(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """Another figure, that the passage does not hold."""
    found = [*_FIGURE.finditer(sentence), *_NUMBER.finditer(sentence)]
    if not found:
        return None
    match = chance.choice(found)
    old = match.group()
    if old[0].isdigit():
        value = float(old.replace(",", ""))
        changed = chance.choice([value * 2, value * 10, value + 1, value + 5, max(1.0, value // 2)])
        new = f"{changed:,.0f}" if value == int(value) else f"{changed:.1f}"
        if value == int(value) and 1900 < value < 2100:
            new = f"{value + chance.choice([-7, -2, 1, 3, 10]):.0f}"
    else:
        new = chance.choice(NUMBER_WORDS)
    if re.search(rf"(?<![\d.]){re.escape(new)}(?![\d.])", around.passage):
        return None
    return sentence[: match.start()] + new + sentence[match.end() :]


def unit(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """The same figure in another unit."""
    for units in chance.sample(_UNITS, len(_UNITS)):
        for old in units:
            match = re.search(rf"(?:\d|{'|'.join(NUMBER_WORDS)}) ({old})\b", sentence)
            new = chance.choice([u for u in units if u != old])
            if match and not re.search(rf"\b{new}\b", around.passage):
                return sentence[: match.start(1)] + new + sentence[match.end(1) :]
    return None


def name(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """A name that stands elsewhere only."""
    found = [m for m in NAME.finditer(sentence) if m.group().lower() not in STOPWORDS]
    others = [n for n in around.names if n.lower() not in around.passage.lower()]
    if not found or not others:
        return None
    old, new = chance.choice(found).group(), chance.choice(others)
    return re.sub(rf"\b{re.escape(old)}(?!\w)", new, sentence)


def term(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """A long content word exchanged for one of another sentence."""
    mine = [w for w in re.findall(r"\b[a-z][a-z-]{5,}\b", sentence) if w not in STOPWORDS]
    other = [w for s in around.elsewhere for w in re.findall(r"\b[a-z][a-z-]{5,}\b", s) if w not in STOPWORDS]
    held = {stem(w) for w in re.findall(r"\w+", around.passage.lower())}
    alike = [(a, b) for a in mine for b in other if a[-2:] == b[-2:] and stem(b) not in held
             and stem(b) not in equivalents().get(stem(a), ())]  # fmt: skip
    if not alike:
        return None
    old, new = chance.choice(alike)
    return re.sub(rf"\b{old}\b", new, sentence)


def negation(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """A negation taken away or put in."""
    found = list(_NEGATION.finditer(sentence))
    if found:
        match = chance.choice(found)
        return sentence[: match.start()] + sentence[match.end() :]
    places = list(_AUXILIARY.finditer(sentence))
    if not places:
        return None
    match = chance.choice(places)
    aux = match.group(1)
    new = chance.choice(
        ["cannot"] if aux == "can" else [f"{aux} not", f"{aux} never"] if " " not in aux else [aux.replace(" ", " not ")]
    )
    return sentence[: match.start()] + new + sentence[match.end() :]


def opposite(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """A word exchanged for its contrary."""
    held = {stem(w) for w in re.findall(r"\w+", around.passage.lower())}
    found = [(w, o) for w in re.findall(r"\b[a-z]+\b", sentence) for o in contraries().get(w, ()) if stem(o) not in held]
    if not found:
        return None
    old, new = chance.choice(found)
    return re.sub(rf"\b{old}\b", new, sentence, count=1)


def scope(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """A quantifier, a mode or a hedge made stronger, or "only" and "all" put in."""
    found = [w for w in re.findall(r"\b[a-z]+\b", sentence) if w in _STRONGER]
    if found:
        old = chance.choice(found)
        return re.sub(rf"\b{old}\b", _STRONGER[old], sentence, count=1)
    place = VERB.search(sentence)
    if not place or re.search(r"\b(?:only|always|all)\b", around.passage):
        return None
    return sentence[: place.end()] + chance.choice(["only ", "always "]) + sentence[place.end() :]


def moved(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """Before and after, first and last, more and less exchanged."""
    found = [w for w in re.findall(r"\b[a-z]+\b", sentence) if w in _MOVED]
    if not found:
        return None
    old = chance.choice(found)
    return re.sub(rf"\b{old}\b", _MOVED[old], sentence, count=1)


def exchanged(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """Two things of the sentence in each other's place."""
    things = [m for m in re.finditer(r"\b[\w+#-]{3,}\b", sentence) if m.group().lower() not in STOPWORDS
              and (m.group()[0].isupper() or len(m.group()) >= 7) and not m.group().endswith(("ly", "ing", "ed"))]  # fmt: skip
    verbs = list(VERB.finditer(sentence))
    pairs = [(a, b) for a in things for b in things if a.end() < b.start() and a.group().lower() != b.group().lower()
             and any(a.end() <= v.start() + 1 and v.end() <= b.start() + 1 for v in verbs)]  # fmt: skip
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    left, right = _swap_case(b.group(), a.group()), b.group() and a.group()
    if a.start() == 0 and not a.group()[1:].isupper():
        right = a.group()[0].lower() + a.group()[1:]
    return sentence[: a.start()] + left + sentence[a.end() : b.start()] + right + sentence[b.end() :]


def subjects(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """In a contrast, what is said of one said of the other."""
    match = CONTRAST.match(sentence)
    if not match:
        return None
    a, b = match["a"], match["b"]
    va, vb = VERB.search(a), VERB.search(b)
    if not va or not vb:
        return None
    left, right = a[: va.start()], b[: vb.start()]
    joint = sentence[match.end("a") : match.start("b")]
    return right[:1].upper() + right[1:] + a[va.start() :] + joint + left[:1].lower() + left[1:] + b[vb.start() :] + "."


def mixed(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """The subject of this sentence with what another one of the passage says of its own."""
    others = [s for s in parts(around.passage) if s != sentence]
    verb = VERB.search(sentence)
    if not verb or verb.start() < 4:
        return None
    for other in chance.sample(others, len(others)):
        found = VERB.search(other)
        if found and other[: found.start()].lower() != sentence[: verb.start()].lower() and len(other) - found.start() > 20:
            return sentence[: verb.start()] + other[found.start() :]
    return None


def added(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """One more thing, from elsewhere in the document."""
    tails = [
        m.group()
        for s in around.elsewhere
        for m in [re.search(r",? (?:which|because|so|and|such as|but)\b.{12,70}?(?=[.,;])", s)]
        if m
    ]
    if not tails:
        return None
    return sentence.rstrip(".;") + chance.choice(tails) + "."


def foreign(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """Another sentence of the same document."""
    return chance.choice(around.elsewhere) if around.elsewhere else None


CHANGES: dict[str, tuple[str, Maker]] = {  # maker -> the corruption that claims.jsonl calls it, and the maker
    "number": ("number", number), "unit": ("number", unit), "name": ("name", name), "term": ("name", term),
    "negation": ("negation", negation), "opposite": ("negation", opposite), "moved": ("negation", moved),
    "scope": ("scope", scope), "exchanged": ("mixed", exchanged), "subjects": ("mixed", subjects), "mixed": ("mixed", mixed),
    "added": ("not_stated", added), "foreign": ("not_stated", foreign),
}  # fmt: skip
