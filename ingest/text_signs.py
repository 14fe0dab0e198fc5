"""One line of text in, what it looks like out: a title, a label, a "Name: explanation" entry, a member of a numbered series.

Only the line itself is looked at here; what stands around it is weighed in `ingest.text_outline`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ingest.text_lines import Line, is_closed

LONGEST_HEADING = 100  # characters
_SERIES_WORDS = (
    "phase|step|part|chapter|section|stage|module|week|month|day|level|unit|lesson|appendix|milestone|year|sprint|volume|book"
    "|act|question|exercise|task|tip|rule|mistake|project|topic|track|pillar|principle|reason|method|option|case|example"
    "|quarter|term|semester|stop"
)
_NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_NUMBER = rf"(\d{{1,3}}|[ivxlc]{{1,6}}|[a-h]|{'|'.join(_NUMBER_WORDS)})"
_SERIES = re.compile(
    rf"({_SERIES_WORDS})s?\s+#?{_NUMBER}(?:\s*(?:[–-]|to|and)\s*(\d{{1,3}}))?\s*(?:[:.)|—–-]\s*\S.*|\([^()]*\))?\Z",
    re.IGNORECASE,
)
_REFERENCE = re.compile(rf"(?:[\w’'-]+\s+){{1,5}}({_SERIES_WORDS})\s+{_NUMBER}\s*[:—–-]\s*\S", re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)\.?\s+(\S.*)")
_DEFINITION = re.compile(r"((?:[^:.!?\s]|[.!?:](?=\S))(?:[^:.!?]|[.!?:](?=\S)){0,99}?)\s?:\s+\S")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"(?:\w+\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\.?\s+)?{_MONTH}\s+(?:\d{{1,2}},?\s*)?\d{{4}}\Z"
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?: ?(?:Z|UTC|GMT))?)?\Z|\d{1,2}[./]\d{1,2}[./]\d{2,4}\Z",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:first |last )?(?:published|updated|posted|modified|reviewed)(?: on)?:?\Z", re.IGNORECASE)
_BYLINE = re.compile(r"(?:by|(?:written|posted|published|presented) by|(?:author|speaker|presenter)s?:)\s", re.IGNORECASE)
_MAIL_FIELD = re.compile(
    r"(from|sender|to|cc|bcc|date|sent|subject|reply-to|message-id|list-id|newsgroups):\s+\S", re.IGNORECASE
)
_TURN = re.compile(r"(?:(Q|Question|Interviewer)|A|Answer)(?: ?\d{1,3})?\s?[.:)]\s+(?=\S)")
_SPEAKER = re.compile(r"([A-Z][\w.'’-]{0,30}(?: [A-Z][\w.'’-]{0,30}){0,2}):\s+\S")
_SECTION_WORDS = frozenset(
    """introduction|overview|abstract|summary|background|contents|preface|conclusion|conclusions|final thoughts|key takeaways
    |takeaways|references|acknowledgements|acknowledgments|faq|tl;dr""".replace("\n    ", "").split("|")
)
# Words that do not end a heading: the line goes on elsewhere, or introduces what follows.
_OPEN_ENDS = re.compile(
    r"\b(?:a|an|the|and|or|of|to|with|by|for|from|as|such as|is|are|was|were|be|can|will|may|must|should|include[sd]?|including"
    r"|that|which|following|e\.g\.?|i\.e\.?|like|your|our|their|its)\Z",
    re.IGNORECASE,
)
# "What the job is" and "Who this is for" end where they end.
_INDIRECT = re.compile(r"(?:what|who|whom|where|how|which)\s.*\b(?:is|are|was|were|for|from|by|with|like)\Z", re.IGNORECASE)
_LEAD_STARTS = re.compile(
    r"(?:here|some|the following|these|those|this|that|to|if|when|for|in|with|by|you|we|it|they|there|once|after|during|as"
    r"|below|among|it's|here's|here’s)\b",
    re.IGNORECASE,
)
_NOTED = re.compile(r"\s?\^?\[\d{1,3}\]\Z")  # the mark of a footnote
# What is typed behind a prompt, a setting, the first line of a script, a rule of a numbered makefile, a footnote.
_COMMAND = re.compile(r"\$\s|\$?[A-Z][A-Z\d_]{3,}\s?=(?!=)|\d{1,3}\s(?:#!|\S+ \$@)|#!|\^\[\d{1,3}\]\s")
_QUESTIONS = frozenset(["what", "how", "why", "when", "where", "who", "which"])
_SMALL = frozenset(["a", "an", "the", "and", "or", "of", "to", "in", "on", "for", "with", "by", "vs", "as", "at", "from", "is"])
_ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\S")
_CONTENTS_WORD = re.compile(
    r"(?:table of )?contents:?\Z|(?:in|on) this (?:article|post|page|guide):?\Z|jump to(?: section)?:?\Z|what[’']?s inside:?\Z",
    re.IGNORECASE,
)


class Member(NamedTuple):
    """A member of a numbered series of headings, such as "Phase 2: Building Skills"."""

    word: str  # in small letters, "phase"
    number: int
    last: int  # of "Weeks 3-5" 5, otherwise as `number`

    def adjoins(self, other: Member) -> bool:
        """Whether one of the two comes right after the other in the same series."""
        return self.word == other.word and (self.last + 1 == other.number or other.last + 1 == self.number)


class Turn(NamedTuple):
    """What somebody says in a dialogue that marks who asks and who answers."""

    asks: bool
    text: str  # without the sign


def turn(text: str) -> Turn | None:
    """The question or the answer in a line that begins with a sign of one, or None.

    >>> turn("Q: How long?"), turn("A2. A year."), turn("A year.")
    (Turn(asks=True, text='How long?'), Turn(asks=False, text='A year.'), None)
    """
    found = _TURN.match(text)
    return Turn(bool(found[1]), text[found.end() :]) if found else None


def speaker(text: str) -> str:
    """The name of who speaks in a line such as "Ada: And then?"; empty for any other line.

    >>> speaker("Ada Lovelace: And then?"), speaker("In short: no")
    ('Ada Lovelace', '')
    """
    found = _SPEAKER.match(text)
    return found[1] if found else ""


def is_contents_word(text: str) -> bool:
    """Whether the line heads a list of the text's own headings.

    >>> is_contents_word("Table of Contents:"), is_contents_word("In this article")
    (True, True)
    """
    return bool(_CONTENTS_WORD.match(text))


def is_titular(text: str) -> bool:
    """Whether the line could be a heading by itself: short, begun like one, not ended like a sentence.

    >>> is_titular("Do You Need a Degree?"), is_titular("It takes a year."), is_titular("which you can")
    (True, False, False)
    """
    if len(text) > LONGEST_HEADING or len(text.split()) > 16 or not re.search(r"[^\W\d_]", text):
        return False
    if _NOTED.search(text):
        text = _NOTED.sub("", text)
        if text.endswith((",", ";", ":")) or is_closed(text):
            return False
    if _COMMAND.match(text):
        return False
    if text.endswith((",", ";", ":", "-", "–", "—")) or (is_closed(text) and not text.endswith("?")):
        return False
    if _ADDRESS.search(text) or (_OPEN_ENDS.search(text) and not is_indirect(text)) or re.search(r"[.!?] +[A-Z]\w+ \w+ ", text):
        return False
    first = text.split()[0][1:]
    return not text[0].islower() or first != first.lower()  # "iOS" may start a heading, "which" may not


def is_indirect(text: str) -> bool:
    """Whether a title is an indirect question that ends in its verb or preposition.

    >>> is_indirect("What the job is"), is_indirect("Who this is for"), is_indirect("What follows")
    (True, True, False)
    """
    return bool(_INDIRECT.match(text))


def is_headline(text: str) -> bool:
    """Whether a title shows that it is one, not the entry of a list: a question, or most of its words begun large.

    >>> is_headline("How to Begin"), is_headline("Core Programming Languages"), is_headline("Linear algebra")
    (True, True, False)
    """
    words = [word for word in text.split() if word[0].isalpha() and word not in _SMALL]
    asks = text.endswith("?") or text.split()[0].lower() in _QUESTIONS
    return is_titular(text) and len(text.split()) >= 3 and (asks or all(word[0].isupper() for word in words))


def is_label(text: str) -> bool:
    """Whether a line that ends in a colon names what follows ("Resources:"), and is no sentence that leads to it.

    >>> is_label("Math and Statistics:"), is_label("Here are some key aspects:"), is_label("Key areas include:")
    (True, False, False)
    """
    bare = text.removesuffix(":").strip()
    if not text.endswith(":") or not bare or len(bare) > 60 or len(bare.split()) > 7 or re.search(r"[.,;!?]\s|:", bare):
        return False
    return not _LEAD_STARTS.match(bare) and not _OPEN_ENDS.search(bare) and not bare[0].islower()


def is_date(text: str) -> bool:
    """Whether the line is nothing but a date.

    >>> is_date("September 19, 2025"), is_date("May the force be with you")
    (True, False)
    """
    return bool(_DATE.match(text))


def announces_date(text: str) -> bool:
    """Whether the line says that the next one is the date of the text: "Published"."""
    return bool(_DATED.match(text))


def is_byline(text: str) -> bool:
    """Whether the line names an author: "By Ada Lovelace"."""
    return bool(_BYLINE.match(text))


def mail_field(text: str) -> str:
    """The name, in small letters, of what a line at the head of a mail tells; empty for any other line.

    >>> mail_field("Subject: Bread at home"), mail_field("To bake: an oven")
    ('subject', '')
    """
    found = _MAIL_FIELD.match(text)
    return found[1].lower() if found else ""


def is_section_word(text: str) -> bool:
    """Whether the line is one of the words that head sections everywhere: "Introduction", "Conclusion"."""
    return text.casefold() in _SECTION_WORDS


def entry_name(text: str) -> str:
    """The name in a line of the form "Name: explanation", in small letters; empty where the line has another form.

    >>> entry_name("Node.js: a runtime for servers"), entry_name("Learn it. Then this: go on"), entry_name("Resources:")
    ('node.js', '', '')
    """
    found = _DEFINITION.match(text)
    return found[1].casefold() if found and len(found[1].split()) <= 14 else ""


def series_member(text: str) -> Member | None:
    """The place of a line such as "Step 3: Build" or "Part II" in its series, or None.

    >>> series_member("Phase 2: Building Skills"), series_member("Part II"), series_member("Step by step")
    (Member(word='phase', number=2, last=2), Member(word='part', number=2, last=2), None)
    """
    found = _SERIES.match(text) if len(text) <= LONGEST_HEADING and not text.endswith((".", ",", ";")) else None
    if found is None:
        return None
    number = _value(found[2].lower())
    return Member(found[1].lower(), number, max(number, int(found[3] or 0)))


def refers_to_series(text: str) -> bool:
    """Whether a title speaks of a member of a series: "Deep Dive into Phase 1: Foundations"."""
    return bool(_REFERENCE.match(text)) and is_titular(text) and not text[0].isdecimal()


def decimal_number(text: str) -> tuple[int, str] | None:
    """Depth and title of a line such as "3.1.2 Wrapped keys" (depth 2), or None.

    >>> decimal_number("3.1.2 Wrapped keys")
    (2, 'Wrapped keys')
    """
    found = _DECIMAL.match(text)
    return (found[1].count("."), found[2]) if found else None


def is_body(line: Line, heading: str) -> bool:
    """Whether a line is what stands below `heading`, not the next entry of a list of short lines."""
    if line.kind != "text":
        return line.kind not in ("heading", "poster")
    text = line.text
    if series_member(text) or refers_to_series(text) or entry_name(text) or text.endswith(":"):
        return True
    if _OPEN_ENDS.search(text) and not is_indirect(text):
        return True  # leads to a list: "To be considered you must"
    return len(text) > max(60, len(heading) * 1.5) or (is_closed(text) and not (text.endswith("?") and heading.endswith("?")))


def _value(text: str) -> int:
    """The value of 3, iii, c or three.

    >>> [_value(text) for text in ("3", "iv", "c", "two")]
    [3, 4, 3, 2]
    """
    if text.isdecimal():
        return int(text)
    if text in _NUMBER_WORDS:
        return _NUMBER_WORDS.index(text) + 1
    if text in "abcdefgh":
        return ord(text) - ord("a") + 1
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}.get(char, 0) for char in text]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))
