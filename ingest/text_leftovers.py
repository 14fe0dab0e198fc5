"""A line in, whether it belongs to the web page or the mail around a text out: menus, buttons, banners, stage directions.

A sentence of the text never looks so: what is told by its words alone is a whole line of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.text_lines import Line

_LONGEST = 240  # characters
_LEFTOVERS = re.compile(
    # An invitation to another page, with its title but without an address that somebody may want; a sentence goes on small:
    r"(?:also read|read (?:also|more|next)|see also our|recommended (?:for you|reading|articles?)|more from|up next"
    r"|you (?:may|might) (?:also )?(?:like|enjoy|be interested in|want to read)|related (?:posts?|articles?|stories)"
    r"|continue reading)\s*[:|»>](?!.*https?://)(?!\s*(?-i:[a-z])).{0,160}\Z"
    # The owner of the page:
    r"|(?:©|\(c\)|copyright)\s.{0,80}\ball rights reserved\.?\Z"
    # Hash tags:
    r"|(?:tags?|filed under|topics?)?\s*:?\s*(?:#[^\W\d][\w-]*(?:[\s,]+|\Z)){2,}\Z|tags?\s*:\s*#\S+\Z"
    # Buttons:
    r"|(?:advertisements?|sponsored(?: content)?|skip to (?:main )?content|back to top|loading\W*|sign up|log in"
    r"|share this(?: (?:post|article|page))?|share|tweet|pin it|share on (?:facebook|twitter|x|linkedin)|follow us on .{0,40}"
    r"|leave a (?:reply|comment)|\d+ (?:comments?|shares?|likes?)|(?:subscribe to|sign up (?:for|to)) our newsletter\W*"
    r"|(?:un)?subscribe|enter your e-?mail(?: address)?|accept (?:all )?(?:cookies)?(?:\W*(?:reject|decline)(?: all)?)?"
    r"|(?:view|read|open) (?:this|the) (?:e-?mail|message|newsletter|issue) (?:online|in (?:your|a|the) (?:web )?browser))\Z"
    # Where a page can be shared:
    r"|share(?: (?:this|on))?(?: (?:post|article|page|story))?\s*:?(?:[\s,|·]+(?:facebook|twitter|x|linkedin|reddit|whatsapp"
    r"|e-?mail|pinterest|copy link|print))+\Z"
    # What a site says of its cookies, and a letter of why it was sent:
    r"|(?:we use|th(?:is|e) (?:web)?site uses|our (?:web)?site uses) cookies\b"
    r"(?=.{0,160}\b(?:experience|(?:web)?site|traffic|browsing|consent|analytics)\b).{0,200}\Z"
    r"|you(?:['’]re| are) receiving this (?:e-?mail|message|newsletter) because\b.{0,200}\Z"
    # Where a page leads, by its signs, and where the text of a magazine goes on:
    r"|[«»<>←→‹›]{1,2}\s?related(?: (?:posts?|articles?|stor(?:y|ies)))?\s?:\s(?!\s*(?-i:[a-z]))(?!.*https?://).{1,160}\Z"
    r"|[«←‹]\s?(?:previous|older)(?: (?:posts?|articles?|story|chapter|page))?(?:\Z|\s?:\s.{0,200}\Z)"
    r"|(?:next|newer)(?: (?:posts?|articles?|story|chapter|page))?(?:\s?:\s.{0,160})?\s[»→›]\Z"
    r"|\(?continued (?:on|from) (?:the )?(?:next |previous )?page(?: \d{1,4})?\)?\.?\Z"
    # What stands below a post:
    r"|filed under\s?:\s.{1,200}\Z|load more(?: (?:comments|replies|posts|results))?\Z|\[(?:removed|deleted)\]\Z"
    r"|sort by:? (?:best|top|new|newest|oldest|hot|controversial)\Z"
    r"|notify me of (?:new|follow-?up) (?:posts|comments) .{0,30}\Z"
    r"|[\d.,]{1,7}k? (?:upvotes?|points?)(?:\s?[·•|,]\s?[\d.,]{1,7}[k%]? (?:comments?|upvoted|shares?|awards?)){1,3}\Z"
    r"|your e-?mail address will not be published\b.{0,60}\Z"
    # What stands above and below the pages of an authority:
    r"|an official website of (?-i:(?:the )?[A-Z])[^.:;?]{1,80}\Z|printer-?friendly(?: version| page)?\Z"
    # What is heard between the words of a talk:
    r"|\[[^\[\]]{0,20}\b(?:applause|music|laughter|laughs|laughing|cheers|cheering|inaudible|crosstalk"
    r"|end of (?:transcript|recording|audio|interview))\b[^\[\]]{0,12}\]\Z|\((?:applause|music|laughter|laughs|inaudible)\)\Z",
    re.IGNORECASE,
)
_MENU = re.compile(
    r"(?:home(?: ?page)?|about(?: us)?|contact(?: us)?|(?:log|sign)[ -]?(?:in|up|out)|register|(?:un)?subscribe|blog|news"
    r"|search|menu|help|faqs?|shop|cart|my account|account|site ?map|imprint|rss|jobs|careers|privacy(?: policy)?|accessibility"
    r"|cookies?(?: policy| settings)?|terms(?: (?:of (?:use|service)|(?:and|&) conditions))?|forward to a friend"
    r"|(?:update|manage)(?: your)? (?:e-?mail )?preferences|view in (?:your |a )?browser)\Z",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[|·•»>/]\s+|\s*\|\s*")
_LONGEST_ENTRY = 30  # characters of a menu's entry
_FEWEST = 3  # entries of a menu


def without_leftovers(lines: Sequence[Line]) -> list[Line]:
    """The lines that belong to the text. The entries of a menu may stand on lines of their own, beside others like them."""
    surely = [line.kind == "text" and is_leftover(line.text) for line in lines]
    around = [sure or (line.kind == "text" and bool(_MENU.match(line.text))) for sure, line in zip(surely, lines, strict=True)]
    kept: list[Line] = []
    start = 0
    while start < len(lines):
        stop = start + 1
        while stop < len(lines) and around[start] and around[stop]:
            stop += 1
        if not around[start] or stop - start < _FEWEST:
            kept += [lines[index] for index in range(start, stop) if not surely[index]]
        start = stop
    return kept


def is_leftover(text: str) -> bool:
    """Whether the line belongs to what is around a text, not to the text.

    >>> is_leftover("Read also: University Professor Guide"), is_leftover("tags: #how #to"), is_leftover("Read also about Go")
    (True, True, False)
    >>> is_leftover("Home | About | Courses | Log in"), is_leftover("Python | SQL | Search"), is_leftover("[applause]")
    (True, False, True)
    """
    return len(text) <= _LONGEST and (bool(_LEFTOVERS.match(text)) or _is_menu(text))


def _is_menu(text: str) -> bool:
    """Whether a line names parts of a site, held apart by signs: three or more, most of them such as every site has."""
    entries = _PARTS.split(text)
    known = sum(bool(_MENU.match(entry)) for entry in entries)
    return len(entries) >= _FEWEST and 2 * known > len(entries) and all(len(entry) <= _LONGEST_ENTRY for entry in entries)
