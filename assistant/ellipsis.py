"""What a question leaves unsaid, read off its own words: whether they point back, name something only, or say all there is."""

from __future__ import annotations

import re

from assistant.pointing import points
from index.number_words import CARDINALS
from index.terms import terms, words

SHORT = 5  # content words from which a question with a pronoun or an opener may stand alone
REMARK = 2  # content words up to which a sentence beside the question is a remark on the last answer
WHOLE = 3  # content words below which a clause that names something goes on with nothing

_WH = r"what|which|who|whose|whom|when|where|why|how"
_AUXILIARY = "is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|must|means?|works?|takes?|costs?|not"
_PREPOSITION = "of|for|with|without|in|on|at|from|to|by|than|like|about|after|before|into|over"
_POLITE = r"(?:\s+(?:please|pls|plz))?"
_THIS = r"(?:it|that|this)"
_COMPARATIVE = "better|worse|easier|harder|faster|simpler|cheaper|quicker|safer"
_SUPERLATIVE = "best|worst|easiest|hardest|fastest|simplest|cheapest|quickest|safest"
OPENER = re.compile(
    r"^\W*(?:(?:(?:(?:no|nope|sorry|wait|oops|ah|oh|well)\b[\s,]*){0,3}i\s+meant?(?!\s+to\b)|and|but|or|so|then|also|plus"
    r"|(?:what|wat|how)\s+(?:about|abt|bout)|what of|same(?: question)? for)\b[\s,:]*)+",
    re.IGNORECASE,
)
_TRAILER = re.compile(r"[\s,]+(?:too|as well|also|then|though|instead)(?=\W*$)", re.IGNORECASE)
_WHY = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(?:why(?: not| so(?: \w+)?(?=\W*$))?|how come|how so|what for|for what)\b", re.IGNORECASE
)
MORE = re.compile(
    r"^\W*(?:(?:and|but|so|is|are|do you have)\W+)*(?:(?:(?:can you )?(?:tell|say|show|give)(?: me)? )?"
    r"(?:some |any |a bit )?more(?: (?!(?:of|about|on|please|pls|plz)\b)(?P<kind>\w+))?|go on|continue|keep going|others"
    r"|(?:there )?(?:any(?:thing)?|some(?:thing)?|what|which) (?:else|others?|other ones|more))"
    rf"(?: (?:about|on) (?:it|that|this|them))?{_POLITE}\W*$",
    re.IGNORECASE,
)
_COMES = r"(?:'s| is| was| comes?| follows| happens)"
_ASKED_FOR = rf"(?:(?:(?:what|which one|who)(?: about|{_COMES})?|(?:what|which)\s+(?P<named>\w+){_COMES})\s+)?"
NEXT = re.compile(
    rf"^\W*(?:(?:and|so|but|ok)\s+)*(?:what (?:do i do|should i do|to do)\s+|{_ASKED_FOR})(?:in\s+)?"
    r"(?:(?:the\s+(?P<noun>\w+)\s+)?after(?:wards?|\s+(?:that|this|it|those|them))|the\s+(?P<kind>\w+)\s+after"
    r"|then|(?:the\s+)?next(?:\s+(?P<stage>\w+))?)(?:\s+what)?\W*$",
    re.IGNORECASE,
)
PREVIOUS = re.compile(
    rf"^\W*(?:(?:and|so|but|ok)\s+)*{_ASKED_FOR}(?:in\s+)?"
    r"(?:(?:the\s+(?P<noun>\w+)\s+)?before(?:hand|\s+(?:that|this|it|those|them))?|the\s+previous(?:\s+(?P<stage>\w+))?)"
    r"(?:\s+what)?\W*$",
    re.IGNORECASE,
)
BESIDE = re.compile(  # "what comes after Python?"
    r"\bwhat(?:['’]?s|\s+is|\s+comes?|\s+follows?"
    r"|\s+(?:do|should|can|must)\s+(?:i|you|we|one)\s+(?:do|learn|study|take|read|tackle|start))?"
    r"(?:\s+(?:right|directly|immediately|next|up|to\s+do|to\s+learn))*\s+(?P<side>after|before)\s+(?P<thing>[^?,.;:]+)",
    re.IGNORECASE,
)
_HOW_SAID = (
    r"(?:shorter|simpler|easier|briefer|briefly|again|differently|more\s+(?:simply|simple|clearly|briefly|slowly)"
    r"|in\s+(?:simple|simpler|plain|short|easy|easier|other|your own|fewer)(?:\s+(?:words|terms|english))?"
    r"|in\s+(?:one|a|two)\s+sentences?|like\s+i'?m\s+(?:five|5)|eli5|tl;?dr)"
)
AGAIN = re.compile(
    rf"^\W*(?:sorry\W+)?(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?"
    rf"(?:(?:(?:make|put|say|explain|repeat|rephrase|describe|summari[sz]e)\s+)?(?:{_THIS}\s+)?"
    rf"(?:(?:a\s+(?:bit|little)|even|much)\s+)?{_HOW_SAID}(?:\s+{_HOW_SAID})?"
    rf"|(?:repeat|rephrase|summari[sz]e)(?:\s+{_THIS})?"
    rf"|i\s+(?:still\s+)?(?:do\s?n[o'’]?t|did\s?n[o'’]?t)\s+(?:really\s+)?(?:get|understand|follow)(?:\s+{_THIS})?"
    rf"|what\s+do\s+you\s+mean(?:\s+(?:by|with)\s+{_THIS})?){_POLITE}\W*$",
    re.IGNORECASE,
)
SHORTER = re.compile(r"\b(?:shorter|briefer|briefly|summari[sz]e|sentences?|fewer|tl;?dr)\b", re.IGNORECASE)  # of these ways
PRONOUN = re.compile(
    r"\b(?:they|them|theirs?|its|mine|he|she|him|his|hers?|such an?|the same(?=\W*$)|ones|which of|both(?=\W*$)"
    r"|it(?!\W+(?:take|takes|is|be|make|makes|hard|ok|okay|important|possible|worth)\b[^.?!]*\b(?:to|that)\b)"
    rf"|(?:that|this|these|those)(?=\W*$|[.,;?!]"
    rf"|\s+(?:{_AUXILIARY}|{_PREPOSITION}|and|or|exactly|again|too|really|then|now)\b)|(?:these|those)\s+\w+ly\b"
    r"|(?:(?<=\bis )|(?<=\bare )|(?<=\bdo ))(?:those|these"
    r"|that(?!\s+(?:i|you|we|they|it|he|she|my|your|our|the|an?|there|this)\b))"
    r"|(?:(?<=need )|(?<=want )|(?<=get )|(?<=have )|(?<=buy )|(?<=use )|(?<=find )|(?<=make )|(?<=build ))one(?=\W*$)"
    r"|the (?:whole|entire|full) thing|all together|altogether|all of it"
    r"|(?:the|which|that|this|without|another|other|better) one|(?<!are )(?<!is )there(?=\W*$|[.,;?!]))(?!\w)",
    re.IGNORECASE,
)
_DISLOCATED = re.compile(rf"^(?P<topic>\W*\w.*?)(?<=[\s,:;-])(?:{_WH})\b", re.IGNORECASE)
_VERB = re.compile(
    rf"\b(?:{_AUXILIARY}|(?:what|how|where|who|when)['’]?s|am|i|i'm|you|we|he|she|they|it|if|because|need|want|know|get|learn|use"
    r"|tell|explain|describe|how\s+to)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(rf"{_VERB.pattern}|\b(?:{_WH})\b", re.IGNORECASE)
_NO_NOUN = re.compile(
    r"\b(?:(?:i|you|we|they|one|to)\s+\w+|\d+)(?=\W*$)", re.IGNORECASE
)  # "how do i choose", "if i have only 6"
WANTED = re.compile(
    r"\b(?:links?|urls?|websites?|sources?|resources?|tutorials?|courses?|books?|docs|documentation|examples?|hours?|days?|weeks?"
    r"|months?|years?|time|long|many|much|costs?|price|mistakes?|errors?|steps?|tools?|details?|give|show|any|some|read|watch|find|see"
    r"|list|please|pls|me|now|ones?|two|three|difference|order|take|takes|first|start|get|learn"
    r"|tell|explain|describe|per)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\w)")  # typed in small letters, as learners do
_SOMETHING = re.compile(r"^\W*(?:some|any)thing\s+(?:\w+er|more\s+\w+|less\s+\w+|similar|like\s+it)\W*$", re.IGNORECASE)
_INDEFINITE = re.compile(r"^\W*(?:any|some|something|anything|more)\b", re.IGNORECASE)
_STAND_IN = re.compile(r"\s+ones?(?=\W*$)", re.IGNORECASE)
_PLACED = re.compile(
    r"^\W*(?:in|on|at|for|with|without|as|under|per|after|before|until|since)(?P<rest>(?:\s+[^\s,]+){1,4})$", re.IGNORECASE
)
_KIND = re.compile(rf"^\W*(?:which\s+|any\s+|what\s+(?=\w+s\W*$))(?!(?:{_AUXILIARY})\b)\w+\W*$", re.IGNORECASE)
_THINGS = (
    "links|sources|resources|tutorials|courses|books|docs|examples|hours|days|weeks|months|mistakes|errors|steps|tools|details"
)
_OF_IT = re.compile(  # "what mistakes should i avoid", "common mistakes": of what was asked about
    rf"^\W*(?:(?:what|which|how many)\s+(?:(?:common|typical|other)\s+)?(?:{_THINGS})"
    r"\s+(?:should|do|can|must|could)\s+(?:i|you|we|people)\s+\w+"
    rf"|(?:the\s+)?(?:common|typical|usual|frequent)\s+(?:{_THINGS}))\W*$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"^\W*which\s+(?:one\s+)?of\s+(?:the\s+(?:two|three|four)|these|those|them)\b", re.IGNORECASE)
_AMOUNT = re.compile(  # "is 2 months realistic", "are ten hours a week enough"
    rf"^\W*(?:is|are|would|will)\s+(?:\d+(?:\s*(?:-|to)\s*\d+)?|an?|half an?|{'|'.join(CARDINALS)})"
    r"\s+(?:hours?|days?|weeks?|months?|years?)(?:\s+(?:a|per)\s+(?:day|week|month))?"
    r"(?:\s+(?:be|really|too|long|good|still)\b){0,2}(?:\s+\w+)?\W*$",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    rf"^\W*(?:(?:the\s+)?(?:{_SUPERLATIVE}|most\s+\w+)(?:\s+ones?)?(?=\W*$)"
    rf"|(?:which|what)(?:'s|s)?\s+(?:is\s+|are\s+)?(?:the\s+)?(?:{_COMPARATIVE}|{_SUPERLATIVE}|(?:more|most)\s+\w+)(?=\W*$|\s+(?:{_PREPOSITION})\b)"
    rf"|(?:is|are|does|do)\s.*\b(?:{_COMPARATIVE})\W*$)",
    re.IGNORECASE,
)
DEGREE = re.compile(
    rf"\b(?:{_COMPARATIVE}|{_SUPERLATIVE}|\w+er(?=\s+than\b)|something|someone|anything|enough|even|instead|really|alone)\b",
    re.IGNORECASE,
)
KIND_ASKED = re.compile(rf"\b(?:which|what)\s+(?!(?:{_AUXILIARY})\b)\w+", re.IGNORECASE)
_SIDES = re.compile(r"\b(?:than|or|vs|versus|between)\b", re.IGNORECASE)
AMONG = re.compile(
    r"\bwhich\s+(?:one|ones|of|is|are|would|should|comes)\b|\bwhat(?:'s|s|\s+is)\s+(?:better|best)\b|\bthe\s+two\b|\bboth\b",
    re.IGNORECASE,
)


def sentences(spoken: str) -> list[str]:
    """The sentences of a question, which may begin in small letters."""
    return _SENTENCE_END.split(spoken)


def pointing_back(spoken: str) -> str:
    """What of a question points back: all of it, or one of two sentences beside a remark of a word or two; "" for nothing.

    Beside a longer sentence the other points at what that one says.
    """
    if _points_back(spoken):
        return spoken
    parts = sentences(spoken)
    pairs = zip(parts, reversed(parts), strict=True) if len(parts) == 2 else ()
    return next((part for remark, part in pairs if _is_remark(remark) and _points_back(part)), "")


def names_only(fragment: str) -> bool:
    """Whether a follow-up is no more than a name or a phrase to put in the place of another."""
    fragment = _STAND_IN.sub("", fragment)
    held = _CLAUSE.search(fragment) or PRONOUN.search(fragment) or _INDEFINITE.match(fragment) or "," in fragment.strip(" ,")
    kind = _OF_IT.match(fragment) or _COMPARED.match(fragment)
    return 0 < len(_own(fragment)) < SHORT and not held and not kind


def fragment_of(spoken: str) -> str:
    """A follow-up without what joins it to the question before: "what about ... then"."""
    opener = OPENER.match(spoken)
    return _TRAILER.sub("", spoken[opener.end() :] if opener else spoken)


def says_much(spoken: str) -> bool:
    """Whether a question with a word that points back has a subject of its own: "will it rain in Hamburg"."""
    return OPENER.match(spoken) is None and not points(spoken) and len(_own(spoken)) > 2


def says_nothing(spoken: str) -> bool:
    """Whether a follow-up has no subject of its own, so that what it is about stays as it was: "why?", "how long?"."""
    why = _WHY.match(spoken)
    return not _own(spoken[why.end() :] if why else OPENER.sub("", spoken))


def says_all(spoken: str) -> bool:
    """Whether a question names what it asks about in a clause: too short a one to tell by the documents that it goes on."""
    return len(_own(spoken)) < WHOLE and bool(_VERB.search(spoken)) and bool(_own(_NO_NOUN.sub("", spoken)))


def in_clause(spoken: str) -> bool:
    """Whether a question is put in a clause, with a verb: "what do welders earn", not "any courses?"."""
    return bool(_VERB.search(spoken))


def only_opens(spoken: str) -> bool:
    """Whether an opening such as "and" is all that points back in a question with a subject of its own."""
    opener = OPENER.match(spoken)
    rest = spoken[opener.end() :] if opener else ""
    return bool(_CLAUSE.search(rest)) and len(_own(rest)) > 1 and not pointing_back(rest)


def _own(spoken: str) -> list[str]:
    return terms(WANTED.sub(" ", spoken))


def _is_remark(sentence: str) -> bool:
    return not sentence.endswith("?") and len(_own(sentence)) <= REMARK


def _points_back(spoken: str) -> bool:
    """Whether a sentence points back: a pronoun, an opening such as "and", an item's place, or nothing of its own."""
    own = terms(spoken)
    if (
        any(each.match(spoken) for each in (MORE, NEXT, PREVIOUS, _OF_IT, _OF_THEM, _AMOUNT))
        or points(spoken)
        or not _own(spoken)
    ):
        return True
    if _SOMETHING.match(spoken) or _KIND.match(spoken) or (_COMPARED.match(spoken) and not _SIDES.search(spoken)):
        return True
    placed = _PLACED.match(spoken)
    if placed is not None and not _CLAUSE.search(placed["rest"]):
        return True
    why = _WHY.match(spoken)
    if why is not None:
        rest = spoken[why.end() :]
        if not terms(rest) or (why.group().lower().endswith(" not") and not _CLAUSE.search(rest)):
            return True
        return len(own) < SHORT and bool(PRONOUN.search(spoken))
    if OPENER.match(spoken):
        return len(own) <= SHORT
    pronoun = PRONOUN.search(spoken)
    if pronoun is not None and len(own) < SHORT:
        named = _DISLOCATED.match(spoken)  # "federated learning, what is that": it points at its own beginning
        return named is None or pronoun.start() < named.end() or not terms(named["topic"])
    fragment = _TRAILER.search(spoken) is not None and not _CLAUSE.search(spoken)
    return fragment and len(words(spoken)) < SHORT
