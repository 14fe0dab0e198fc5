"""A question in plain words: without what is said around it, its abbreviations written out.

What weighs evidence learned from terse questions; "lol", "could you tell me" and "never heard that word" are noise to it. What
is asked stays as it is: words are taken out or written out, and only a question for a meaning is put in other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.standalone import apart
from index.terms import terms

CLOSING = 200  # characters at the end in which thanks and the like are looked for
NAME_WORDS = 5  # words up to which what stands before "meaning?" is the name of a thing

_WRITTEN_OUT = {
    "u": "you", "wat": "what", "wut": "what", "wht": "what", "wich": "which", "abt": "about", "bc": "because", "cuz": "because",
    "coz": "because", "thru": "through", "shud": "should", "shld": "should", "cud": "could", "wud": "would", "ppl": "people",
    "rly": "really", "tho": "though", "wanna": "want to", "gonna": "going to", "gotta": "have to", "w/o": "without",
    "w/": "with", "b4": "before", "thx": "thanks", "pls": "please", "plz": "please",
    "hrs": "hours", "mins": "minutes", "wks": "weeks", "yrs": "years",
}  # fmt: skip
_APART = r"(?=[\s,.!:;–—]|-(?!\w)|$)"  # "well-known" does not begin with "well"
_CLAUSE = (
    "and|so|now|then|what(?:'?s)?|which|who|when|where|why|how|is|are|do|does|can|could|should|would|will|i|if|tell|explain"
)
_GOES_ON = rf"(?=\s*(?:[,.!;–—]|-(?!\w)|$)|\s+(?:{_CLAUSE}|ok(?:ay)?|thanks?|thank|thx|ty)\b)"  # "Great Expectations" does not
_INTERJECTION = r"(?:lol|lmao|rofl|haha+|hehe+|omg|argh+|ugh+|hm+|uh+|um+|smh|xd)"
_LAUGHTER = rf"(?:{_INTERJECTION}|[:;]-?[()DP/])"
_GREETING = r"(?:hi|hello|hey|yo|good (?:morning|evening|day))(?: (?:there|all|guys|everyone|everybody|folks))?"
_THANKS = r"(?:thank (?:you|u)|thanks?|thx|ty|cheers)(?: (?:a (?:lot|bunch)|so much|very much|in advance))?"
_ASSENT = "great|cool|nice(?: one)?|perfect|awesome|got it|i see|makes sense|understood|that helps"
_COURTESY = rf"(?:(?:{_GREETING}|{_THANKS}|ok(?:ay)?|alright|all right|{_LAUGHTER}){_APART}|(?:{_ASSENT}){_GOES_ON})"
_I_AM = r"i(?:'m| am|m)"
_IT = r"(?:it|that|this|them)"
_OPENINGS = (
    _COURTESY,
    rf"(?:so|well|right|sorry|excuse me|please|just|actually){_APART}",
    r"(?:an? |one |another )?(?:quick|small|short|stupid|dumb|silly|basic|noob|beginner|simple|random) question"
    rf"(?=\W*$|\s*[,.:;!?–—-]|\s+(?:about|but|{_CLAUSE})\b)",
    r"(?:sorry )?(?:if )?(?:this is|it's|that's) (?:probably )?(?:a )?(?:stupid|dumb|silly|basic)(?: question)?(?: but)?\b",
    rf"(?:{_I_AM} |i was )?(?:just )?(?:curious|wondering)(?: about| if you know)?\b",
    r"(?:i(?:'d)?|we(?:'d)?) (?:would )?(?:just |really )?(?:like|love|want|need) to (?:know|ask|understand|hear|find out)"
    r"(?: about)?\b",
    r"(?:can|could|would|will) (?:you|someone|anyone|somebody|anybody)(?: please| kindly| just)? (?:tell|show|remind)"
    r"(?: me| us)?\b",
    r"(?:please |just )?(?:tell|remind) me(?: again)?(?! more| about)\b",
    r"(?:do|does) (?:you|anyone|anybody|someone) (?:happen to )?know\b",
    r"(?:any|no) (?:idea|clue)(?=\s+(?:what|which|who|whose|where|when|why|how))",
    rf"(?:{_I_AM} )?(?:not sure|unsure|confused|clueless)(?: but| about|:|,)",
)
_CLOSINGS = (
    rf"please|{_THANKS}|sorry|anyone|anybody|guys|folks|though",
    r"exactly|actually|any idea|asking for a friend|just (?:curious|wondering|asking)",
    _LAUGHTER,
    rf"(?:explain(?:ed)? )?(?:{_IT} )?in (?:very |a )?(?:plain|simple|easy|normal|short|few|your own|one) "
    r"(?:words?|terms?|english|sentences?)",
    rf"(?:explain(?:ed)? )?(?:{_IT} )?(?:to me )?like {_I_AM} (?:new|(?:a )?(?:five|5|ten|10|child|kid|beginner|noob|idiot))"
    rf"(?: to {_IT}| here| years old)?",
    rf"eli5|for (?:dummies|noobs)|{_I_AM} (?:totally |completely |very )?(?:new|lost|confused|curious)(?: to (?:all )?{_IT})?",
)
_UNKNOWN = (
    rf"(?:i(?:'ve| have)? )?never (?:heard|seen)(?: of| about)?(?: {_IT}| such)?(?: (?:word|term|name|thing|one))?(?: before)?",
    rf"(?:i )?(?:don'?t|do not) (?:get|understand|know) {_IT}(?: (?:word|term|name))?",
    rf"no (?:idea|clue)(?: what {_IT} (?:is|means))?|(?:please )?(?:explain|define)(?: {_IT})?|meaning|definition|huh",
    rf"(?:but )?what(?:'s|s| is| does| exactly is)? {_IT}(?: (?:mean|means|thing|word|term|is|even|exactly|do|about|for))*",
)
_MET = (
    r"(?:i(?:'ve| have)? )?never (?:heard|seen|met|used)",
    r"(?:i )?(?:just |always |keep |often )*(?:saw|read|heard?|hearing|see|seeing|reading|came across|stumbled (?:up)?on)",
    r"(?:they|people|everyone|everybody) (?:always |all )?(?:says?|talks?|keeps? talking|mentions?)",
)


def _any_of(patterns: Sequence[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


_ABBREVIATION = re.compile(  # "what is u in SVD" and "what does bc mean" ask about a name
    rf"(?<![\w/&+.'’-])(?<!\bis )(?<!\bdoes )(?<!\bwhats )(?<!\bwhat's )(?<!\bexplain )(?<!\bdefine )(?<!\bterm )"
    rf"{_any_of([re.escape(short) for short in sorted(_WRITTEN_OUT, key=len, reverse=True)])}(?![\w&+'’/-])",
    re.IGNORECASE,
)
_ASIDE = re.compile(rf"(?<=[\w,?!.])\s+{_LAUGHTER}(?=[\s,?!.]|$)", re.IGNORECASE)
_ONLY_COURTESY = re.compile(
    rf"^[\W_]*(?>(?:{_GREETING}|{_THANKS}|{_ASSENT}|{_INTERJECTION}|ok(?:ay)?|alright|all right|yes|yeah|yep|no|nope|sure|bye"
    r"|goodbye|sorry|please|pls|plz)(?!\w)[\W_]*)+$",
    re.IGNORECASE,
)
_COURTESIES = re.compile(rf"^(?:[\s,.;:!–—-]{{0,6}}{_COURTESY})+[\s,.;:!–—-]*", re.IGNORECASE)
_OPENING = re.compile(rf"^(?:[\s,.;:!–—-]{{0,6}}{_any_of(_OPENINGS)})+[\s,.;:!–—-]*", re.IGNORECASE)
_CLOSING = re.compile(rf"(?:[\s,.;:!–—(-]{{1,6}}{_any_of(_CLOSINGS)}\)*)++(?P<mark>[?.!…\s]*)$", re.IGNORECASE)
_NAMED = re.compile(
    rf"^\W{{0,6}}(?:(?:and|but)\s+)?(?:{_any_of(_MET)}(?: (?:of|about|on))?\s+)?"
    rf"(?:(?:the|a|this) (?:term|word|phrase|name)\s+)?(?:called\s+)?"
    rf"(?P<name>[^?!,.:;]{{2,60}}?)\s*[,.;:!?–—-]{{1,6}}\s*{_any_of(_UNKNOWN)}\W{{0,6}}$",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:what|which|who|whose|where|when|why|how|is|are|do|does|can|should|or|vs|explain)\b", re.IGNORECASE)


def only_courtesy(question: str) -> bool:
    """Whether nothing is asked: all of it is a greeting, thanks, laughter or a plain yes or no.

    >>> only_courtesy("thank you so much!! :)"), only_courtesy("ok and pandas?")
    (True, False)
    """
    return _ONLY_COURTESY.match(question) is not None


def without_courtesy(question: str) -> str:
    """The question without the courtesies at its beginning; unchanged when it is nothing else.

    >>> without_courtesy("ok thanks, and pandas?"), without_courtesy("Great Expectations: what is it?")
    ('and pandas?', 'Great Expectations: what is it?')
    """
    opened = _COURTESIES.match(question)
    return (question[opened.end() :] if opened else question) or question


def plain(question: str) -> str:
    """The question as one would put it who says no more than is asked; unchanged when nothing else would be left.

    What a follow-up is about, put behind it in brackets, stays as it is.

    >>> plain("hey, can u pls tell me how long sql takes lol")
    'how long sql takes'
    >>> plain("saw the term federated learning, meaning?")
    'what is federated learning?'
    """
    spoken, about = apart(question)
    text = _ABBREVIATION.sub(lambda match: _WRITTEN_OUT[match.group().lower()], spoken)
    text = _ASIDE.sub("", text)
    named = _NAMED.match(text)
    if named and terms(named["name"]) and len(named["name"].split()) <= NAME_WORDS and not _ASKS.search(named["name"]):
        return f"what is {named['name'].strip()}?{about}"
    opened = _OPENING.match(text)
    bare = text[opened.end() :] if opened else text
    closed = _CLOSING.search(bare, max(0, len(bare) - CLOSING))
    bare = bare[: closed.start()] + closed["mark"].strip() if closed else bare
    return bare.strip() + about if terms(bare + about) else question
