"""Labelled variants of true sentences, made by rule: rewordings that stay true and changes that make them unsupported."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from evals.claim_changes import CHANGES, CONTRAST, NAME, NUMBER_WORDS, VERB, Maker, Surroundings, parts
from evals.claims import Claim

_TAIL = re.compile(r",? (?:which|because|since|so that|whereas|while|unless|and|but|although|as)\b[^.;]*(?=[.;]?$)")

_JOINED = re.compile(r"^(?P<a>[^,;]{12,}),? (?P<word>because|since|if|when|while|although|unless) (?P<b>[^,;]{12,}?)\.?$")

_FRONTED = re.compile(r"^(?P<word>If|When|Because|Since|While|Although|Unless) (?P<b>[^,;]{10,}), (?P<a>[^,;]{10,}?)\.?$")


def same(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """The sentence itself."""
    return sentence


def shortened(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """Without its last clause, an aside in brackets, examples, or what leads in."""
    ways = [
        re.sub(r" \([^)]*\)", "", sentence),
        re.sub(r",? (?:such as|for example|for instance|including) [^.;]*(?=[.;]?$)", "", sentence),
        re.sub(r"[;:] .*$", ".", sentence),
        _TAIL.sub("", sentence),
    ]
    ways = [w for w in ways if w != sentence and len(w.split()) >= 5]
    return chance.choice(ways) if ways else None


def equal_words(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """One or two words exchanged for equivalents of the same form."""
    safe = {
        "about": "roughly", "roughly": "about", "usually": "normally", "often": "frequently", "frequently": "often",
        "important": "essential", "shows": "reveals", "use": "employ", "uses": "employs", "used": "employed",
        "many": "numerous", "several": "multiple", "large": "big", "choose": "select", "helps": "assists",
        "whereas": "while", "because": "since", "for example": "for instance", "such as": "like", "begin": "start",
        "also": "too", "needs": "requires", "need": "require", "error": "mistake", "people": "persons", "cannot": "can not",
        "quickly": "rapidly", "check": "verify", "find": "discover", "keep": "retain", "gives": "provides",
        "give": "provide", "build": "create", "learn": "study", "show": "display", "began": "started",
        "located": "situated", "film": "movie", "known": "called", "wrong": "incorrect", "same": "identical",
        "small": "little", "makes": "renders", "obtain": "get", "increased": "rose", "method": "approach",
    }  # fmt: skip
    found = [w for w in safe if re.search(rf"\b{w}\b", sentence)]
    if not found:
        return None
    for old in chance.sample(found, min(2, len(found))):
        sentence = re.sub(rf"\b{old}\b", safe[old], sentence, count=1)
    return sentence


def turned(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """Two clauses in the other order."""
    if match := _JOINED.match(sentence):
        a, b = match["a"], match["b"]
        return f"{match['word'].capitalize()} {b}, {a if a.split()[0].isupper() else a[0].lower() + a[1:]}."
    if match := _FRONTED.match(sentence):
        return f"{match['a'][0].upper()}{match['a'][1:]} {match['word'].lower()} {match['b']}."
    if match := CONTRAST.match(sentence):
        a, b = match["a"], match["b"]
        return f"{b[0].upper()}{b[1:]}, while {a if NAME.match('x ' + a, 2) else a[0].lower() + a[1:]}."
    return None


def merged(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """This sentence and its neighbour in one."""
    others = [s for s in parts(around.passage) if s != sentence]
    if not others:
        return None
    other = chance.choice(others).rstrip(".")
    joint = chance.choice([", and ", "; ", ", while "])
    return f"{sentence.rstrip('.')}{joint}{other[0].lower() if other[1:2].islower() else other[0]}{other[1:]}."


def spelled(sentence: str, around: Surroundings, chance: random.Random) -> str | None:
    """A small number as a word, or as a figure."""
    words = dict(zip("2 3 4 5 6 7 8 9 10".split(), NUMBER_WORDS, strict=False))
    found = [
        *re.finditer(r"(?<![\w.,-])(?:[2-9]|10)(?![\w,-]|\.\d)", sentence),
        *re.finditer(rf"\b(?:{'|'.join(words.values())})\b", sentence),
    ]
    if not found:
        return None
    match = chance.choice(found)
    back = {word: figure for figure, word in words.items()}
    return sentence[: match.start()] + (words.get(match.group()) or back[match.group()]) + sentence[match.end() :]


REWORDINGS: dict[str, Maker] = {
    "same": same, "shortened": shortened, "equal_words": equal_words, "turned": turned, "merged": merged, "spelled": spelled,
}  # fmt: skip


def variants(documents: dict[str, str], limit: int, seed: int = 0) -> list[tuple[str, Claim]]:
    """At most about `limit` claims of the documents, as pairs of document id and claim, the two labels about equally often.

    Rewordings and changes are chained (a change may be made to a shortened sentence), so that neither the length nor the
    nearness to the passage gives a label away.
    """
    chance = random.Random(seed)
    made: list[tuple[str, Claim]] = []
    texts = {key: [s for s in parts(text) if _is_prose(s)] for key, text in documents.items()}
    texts = {key: found for key, found in texts.items() if len(found) >= 4}
    names = names_of([s for found in texts.values() for s in found])
    keys = sorted(texts)
    while keys and len(made) < limit:
        key = chance.choice(keys)
        found = texts[key]
        at = chance.randrange(len(found))
        passage = found[at : at + chance.choice([1, 1, 2, 3])]
        sentence = chance.choice(passage)
        elsewhere = [s for i, s in enumerate(found) if not at <= i < at + 3]
        around = Surroundings(
            " ".join(passage), chance.sample(elsewhere, min(6, len(elsewhere))), chance.sample(names, min(12, len(names)))
        )
        made.extend((key, claim) for claim in labelled(sentence, around, chance, f"{key}-{len(made)}"))
    return made


def names_of(sentences: Sequence[str]) -> list[str]:
    """The names in some sentences, each once."""
    return sorted({match.group() for sentence in sentences for match in NAME.finditer(sentence)})


def changed(claim: Claim, around: Surroundings, chance: random.Random, most: int) -> list[Claim]:
    """At most `most` unsupported variants of a supported claim, each by another maker."""
    made: list[Claim] = []
    for kind in chance.sample(sorted(CHANGES.keys() - {"foreign"}), len(CHANGES) - 1):
        corruption, maker = CHANGES[kind]
        false = maker(claim.sentence, around, chance)
        if false and false != claim.sentence and false.lower() not in claim.passage.lower():
            made.append(Claim(f"{claim.id}-{kind}", claim.passage, false, False, corruption))
        if len(made) == most:
            break
    return made


def _is_prose(sentence: str) -> bool:
    return 6 <= len(sentence.split()) <= 45 and sentence[-1] == "." and "|" not in sentence and bool(VERB.search(sentence))


def labelled(sentence: str, around: Surroundings, chance: random.Random, label: str) -> list[Claim]:
    """One supported and one unsupported variant of the sentence, as far as any maker applies."""
    made = []
    true = _reworded(sentence, around, chance)
    made.append(Claim(f"{label}+", around.passage, true, True, "none"))
    base = _reworded(sentence, around, chance) if chance.random() < 0.5 else sentence
    rare = [kind for kind in ("number", "unit", "subjects", "exchanged", "mixed") if chance.random() < 0.4]  # seldom apply
    for kind in rare + chance.sample(sorted(CHANGES), len(CHANGES)):
        corruption, maker = CHANGES[kind]
        false = maker(base, around, chance)
        if false and false.lower() not in around.passage.lower() and false != base:
            made.append(Claim(f"{label}-{kind}", around.passage, false, False, corruption))
            break
    return made


def _reworded(sentence: str, around: Surroundings, chance: random.Random) -> str:
    for kind in chance.sample(sorted(REWORDINGS), 2):
        sentence = REWORDINGS[kind](sentence, around, chance) or sentence
    return sentence
