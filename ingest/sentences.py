"""Text in, sentence spans out. Knows nothing of documents: a caller hands in one block (or any text) at a time.

Rules over a stop and its neighbourhood, not a model: every decision can be read here and looks at a stretch of bounded length.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A run of stops, what closes after it (quotes, brackets, footnote marks such as [3]), then space or the end of the line.
# It is tried at the first stop of a run only and gives nothing back, so that a long run costs no more than its length.
_STOP = re.compile(r"(?<![.!?…])[.!?…]++(?:[\"'”’»)\]]|\[\d{1,3}\])*+(?=\s|$)|[。！？]++[」』）”’]*+", re.MULTILINE)
_LINE = re.compile(r"[^\n]+")
_NEXT = re.compile(r"[\s\"'“‘«(\[*_¿¡—–-]*(\S+)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: something always follows.
_LEADING = _words("""
    e.g i.e eg ie cf vs viz approx ca resp incl esp mr mrs ms dr prof st sr jr gen col lt sgt capt rev hon gov sen rep pres
    mt ft messrs mx fig figs eq eqs sec secs ch chs vol vols pp p no nos nr ed eds tab thm def app art dept univ est
""")
# Only before a number or a bracket: "No. 5" goes on, "The answer is no. Try again" does not.
_BEFORE_NUMBER = _words("""
    no nos nr fig figs eq eqs sec secs ch chs vol vols pp p tab thm def app art ed eds est st ft mt
""")
# May end a sentence: it does when a word follows that usually starts one.
_CLOSING = _words("""
    etc al inc ltd co corp llc bros u.s u.k u.n e.u u.s.a d.c ph.d b.a m.a b.sc m.sc b.s m.s m.d a.m p.m a.k.a n.b
    jan feb mar apr jun jul aug sept sep oct nov dec
""")
_STARTERS = _words("""
    a after all also although an and another as at before both but by each even every finally first for from he her here his
    how however i if in instead is it its learn let make many most my next no now on once one or others our second she since
    so some start such that the their then there these they this those to try use we what when where while who why with you
    your
""")
_NAME_BEFORE = _words("by with from of to and & et")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open character spans of the sentences of `text`, in order, without surrounding white space.

    A line break always ends a sentence. Takes time linear in the length of the text.

    >>> text = "Use e.g. NumPy 2.1 (see Fig. 3). It's by J. Smith et al. and it works. Yes."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Use e.g. NumPy 2.1 (see Fig. 3).', "It's by J. Smith et al. and it works.", 'Yes.']
    >>> text = 'He said "Stop." Then he left. Visit https://a.b/c?d=1 now!'
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['He said "Stop."', 'Then he left.', 'Visit https://a.b/c?d=1 now!']
    """
    return list(_sentence_spans(text))


@lru_cache(maxsize=8192)  # question after question looks at the same paragraphs
def _sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        inside = _bracketed(text, line.start(), line.end())
        start = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            if stop.start() not in inside and _ends_sentence(text, start, stop, line.end()):
                _append(spans, text, start, stop.end())
                start = stop.end()
        _append(spans, text, start, line.end())
    return tuple(spans)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _bracketed(text: str, start: int, end: int, reach: int = 400) -> frozenset[int]:
    """Offsets of stops between a bracket and its partner at most `reach` characters on: a sentence is not cut there."""
    inside: set[int] = set()
    stops: list[int] = []  # since the outermost open bracket
    opened = depth = 0
    for offset in range(start, end):
        char = text[offset]
        if char in "([":
            if depth == 0:
                opened, stops = offset, []
            depth += 1
        elif char in ")]" and depth:
            depth -= 1
            if depth == 0 and offset - opened <= reach:
                # A stop just before the closing bracket belongs to the bracket's end, which `_STOP` takes with it.
                inside.update(stop for stop in stops if stop < offset - 1)
        elif char in ".!?…" and depth:
            stops.append(offset)
    return frozenset(inside)


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    if stop.end() == end or stop[0][0] in "。！？":
        return True
    follows = _NEXT.match(text, stop.end(), min(end, stop.end() + 80))
    if follows is None:
        return True
    word = follows[1]
    before = text[max(start, stop.start() - 24) : stop.start()].split(" ")[-1].lstrip("([{\"'“‘«*_-–—/")
    if stop[0][0] == ".":
        if stop.start() - start == 1 + (text[start] == " ") and before.isalpha():
            return False  # a mark before a sentence: "A. Two years.", "b. The second way."
        bare = before.lower()
        starter = re.sub(r"\W.*", "", word).lower() in _STARTERS and word[:1].isupper()
        if bare in _BEFORE_NUMBER:
            # "st", "no", "art": short words that are also ordinary words; abbreviations only when a number or name follows
            return not (word[0].isdigit() or (bare in {"st", "mt", "ft"} and word[0].isupper()))
        if bare in _LEADING:
            return False
        if bare in _CLOSING:
            return starter
        if re.fullmatch(r"[A-Z]\.", word) and len(before) == 1 and before.isupper():
            return False
        if len(before) == 1 and before.isupper() and word[0].isupper() and not starter:
            return not _is_initial(text, start, stop.start(), before)
        lead = stop.start() - len(before)
        if lead - start < 40 and re.fullmatch(r"\(?(?:\d{1,3}|[ivx]{1,4})", bare) and not text[start:lead].strip(" ([-•*"):
            return False  # "1. Define the problem": a list number, not a sentence
    if word[0].islower():
        # Names that are written small ("scikit-learn", "k-means", "iOS") may still start a sentence.
        return stop[0][0] == "." and len(stop[0]) == 1 and bool(re.search(r"[a-z]-[a-z]|[A-Z0-9]", word))
    return True


def _is_initial(text: str, start: int, at: int, letter: str) -> bool:
    """Whether the capital before a stop shortens a name: "J. Smith", "Andrew Y. Ng", but not "Python and R. Learning …"."""
    words = text[max(start, at - 40) : at - 1].split()
    if not words:
        return True
    last = words[-1]
    if last.lower() in _NAME_BEFORE:
        return letter not in "CIR"
    if len(last) == 2 and last[1] == ".":
        return last[0].isupper()
    return last[0].isupper() and last[-1] not in ".,;:)" and not last.isupper()
