"""Turns about the last answer itself, which name no subject: where it comes from, all of it in brief, in another language."""

from __future__ import annotations

import re
from typing import Literal

from assistant.ellipsis import AGAIN, MORE, SHORTER

Remark = Literal["", "origin", "brief", "earlier", "again", "reworded", "translated"]

_OPENING = r"(?:(?:and|but|so|ok(?:ay)?|sorry|hm+|wait|please)\W+){0,3}(?:(?:can|could|would) you (?:please |pls )?)?"
_CLOSING = r"(?: (?:please|pls|plz|bitte|again|then|now|exactly|though)){0,2}\W{0,6}"
_IT = (
    r"(?:it|that|this|them|(?:all|everything)(?: of (?:it|that|this))?|it all"
    r"|(?:(?:the|your|that|this) )?(?:(?:last|whole) )?answers?)"
)
_THAT = r"(?:it|that|this|so)"
_TALK = r"(?:(?:the|this|our) )?(?:(?:whole|entire) )?(?:conversation|chat|discussion)"
_LANGUAGES = (
    "english|german|deutsch|french|spanish|espa[ñn]ol|portuguese|italian|dutch|polish|ukrainian|russian|turkish|greek|arabic"
    "|hebrew|hindi|urdu|bengali|chinese|mandarin|japanese|korean|vietnamese|indonesian|swedish|czech|romanian|hungarian"
    "|(?:an?other|my(?: own)?|my native) language"
)
_ORIGIN = (
    r"(?:(?:what|where)(?:'s| is| are|s)? )?(?:(?:the|your|its) )?(?:source|reference|citation)s?"
    rf"(?: (?:for|of) {_THAT})?(?: from)?",
    rf"how (?:do|can|would|did) you know(?: {_THAT})?",
    rf"why (?:do\W?n'?o?t|can\W?n?'?o?t|do you not|can you not) (?:you )?(?:know|say|answer|tell me)(?: {_THAT})?",
    rf"who (?:says|said|claims)(?: {_THAT})?|says who",
    rf"where (?:does|did|do) {_IT} come from|where (?:is|are) {_IT} (?:(?:written|stated|said|taken)(?: from)?|from)",
    rf"where (?:do|did) you (?:get|find|read|have|know|take) {_IT}(?: from)?|which (?:document|source) (?:says|said) {_THAT}",
    rf"(?:are )?you (?:really |very )?sure(?: (?:about|of) {_IT})?",
    r"is (?:it|that|this) (?:really )?(?:true|right|correct)|really",
)
_BRIEF = (
    rf"(?:sum up|sum {_IT} up|summari[sz]e|give (?:me )?a (?:short )?summary of|(?:the )?(?:short )?summary(?: of)?)"
    rf"(?: (?:{_IT}|{_TALK}))?(?: (?:so far|briefly|shortly))?",
    r"(?:in short|in brief|in a nutshell|long story short|(?:a |the )?recap)",
)
_EARLIER = (
    rf"what (?:did|had|have) you (?:say|said|tell me|told me|answer(?:ed)?) (?:before|earlier|previously)(?: {_THAT})?",
)
_TRANSLATED = (
    rf"translate(?: {_IT})?(?: (?:in)?to \w+)?|(?:a )?translation",
    rf"(?:say|tell|give|explain|write|repeat|answer)(?: me)? (?:{_IT} )?in (?:{_LANGUAGES})",
    rf"(?:do you )?speak (?:{_LANGUAGES})",
    rf"in (?:{_LANGUAGES})(?= (?:please|pls|plz)\b)|auf (?:{_LANGUAGES})",  # "in german?" may ask for courses in German
)


def _whole(wordings: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\W{{0,6}}{_OPENING}(?:{'|'.join(wordings)}){_CLOSING}", re.IGNORECASE)


_PATTERNS: tuple[tuple[Remark, re.Pattern[str]], ...] = (
    ("origin", _whole(_ORIGIN)),
    ("brief", _whole(_BRIEF)),
    ("earlier", _whole(_EARLIER)),
    ("translated", _whole(_TRANSLATED)),
)
_REPEATS = re.compile(r"\b(?:repeat|again)\b", re.IGNORECASE)
_SAID = {
    "origin": "Every sentence rests on the words of the document that its number names.",
    "reworded": "Answers keep to the words of the documents: they cannot be put in other words.",
    "translated": "Answers keep to the words of the documents: they cannot be translated.",
}


def remark(turn: str) -> Remark:
    """What a turn wants of the last answer; "" for one that asks for something else.

    >>> remark("how do you know?"), remark("please sum up"), remark("translate to german"), remark("in simpler words")
    ('origin', 'brief', 'translated', 'reworded')
    >>> remark("how do you know that a model overfits?"), remark("translate it with a model"), remark("sources of data")
    ('', '', '')
    """
    said = " ".join(turn.replace("’", "'").split())
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(said):
            return kind
    if not AGAIN.match(said):
        return ""
    return "brief" if SHORTER.search(said) else "again" if _REPEATS.search(said) else "reworded"


def notice(turn: str) -> str:
    """The sentence said beside the last answer to such a turn: where its words stand, or what cannot be done to them."""
    return _SAID.get(remark(turn), "")


def needs_an_answer(turn: str) -> bool:
    """Whether a turn asks for nothing where no answer stands before it: "continue", "sum up"."""
    more = MORE.match(turn)
    return bool(remark(turn)) or (more is not None and not more["kind"])
