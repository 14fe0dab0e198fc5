"""An HTML tree in, the same tree without what is not its content out; what is hidden from a reader is hidden from us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from bs4 import BeautifulSoup
from bs4.element import Tag

from ingest.html_hidden import is_hidden, unseen_text
from ingest.html_measure import Measure, measure

_DROPPED = frozenset(
    re.findall(
        r"\S+",
        """
        script style noscript template nav footer svg iframe object embed canvas audio video head dialog select input
        textarea datalist map frame frameset del s strike
        """,
    )
)
_DROPPED_ROLES = frozenset(["navigation", "banner", "search", "contentinfo", "menu", "dialog"])
# Names in `class` and `id` under which pages keep what is not their content; dropped only where they hold little of the text.
_NOISE = frozenset(
    re.findall(
        r"\S+",
        """
        headerlink permalink skip-link footnote-ref footnote-backref footnote-back no-print noprint mw-editsection
        mw-cite-backlink mw-jump-link inline-template edit-link editlink screen-reader-text visually-hidden sr-only
        admonition-title-hidden anchor-link copybtn
        """,
    )
)
# Parts of such names, of whole blocks only: inside a line a class may say how its words look.
_NOISE_NAME = (
    r"(?:breadcrumbs?|cookies?|gdpr|consent|newsletter|subscribe|subscription|social|sharing|share|sharedaddy|sidebar"
    r"|pagination|pager|related(?:[-_]?(?:posts?|articles?|content|links|stories|pages))?|recommended|advert\w{0,20}|adsbygoogle"
    r"|ads?[-_](?:container|wrapper|slot|unit|block|box)|sponsored|promo|toc|table[-_]of[-_]contents|comments|navbar|navigation"
    r"|nav|docnav|navheader|navfooter|menu|masthead|site[-_](?:header|footer)|search[-_](?:results|form|box)|catlinks|printfooter|sitesub|navbox|skip"
    r"|author[-_](?:box|bio|card|info)|(?:post|entry|article)[-_]tags|tag[-_](?:list|cloud)|tags[-_]links|prev[-_]?next|signup"
    r"|popup|widget[-_]area|backlinks?)"
)
_NOISE_PART = re.compile(rf"(?:\A|[-_]){_NOISE_NAME}(?:[-_]|\Z)")
# An `id` is often made of a heading, "social-skills": there the name stands alone or names the box.
_NOISE_ID = re.compile(rf"[-_]?{_NOISE_NAME}(?:[-_]{_NOISE_NAME})?[-_]?(?:container|wrapper|box|area|bar|left|right)?\Z")
# What DocBook, docutils and Sphinx name the parts of a text.
_PARTS = frozenset("section sect1 sect2 sect3 sect4 sect5 chapter appendix article preface para".split())
_INLINE = frozenset("a abbr b code em i kbd label mark q s samp small span strong sub sup tt u var".split())
# Pictures that show a state or a count, not a thing; pictures that open a notebook are none.
_BADGE = re.compile(
    r"shields\.io|badgen\.net|badge\.fury|codecov\.io|coveralls\.io|travis-ci|circleci\.com|appveyor|/workflows/|star-history"
    r"|komarev|visitor|hits\.(?:sh|seeyoufarm|dwyl)|contrib\.rocks|repobeats|github-readme-stats|pepy\.tech|codacy|codeclimate"
    r"|opencollective\.com/.*(?:avatar|tiers|backers|sponsors)|snyk\.io|bestpractices|buymeacoffee|ko-fi\.com"
    r"|(?:\b|_)(?:dc)?badges?(?:\b|_)",
    re.IGNORECASE,
)
_NOTEBOOK = re.compile(r"colab|binder|kaggle|studiolab|streamlit|gradio|open[-_]in|/huggingface/badges", re.IGNORECASE)
_HEADING = re.compile(r"h[1-6]\Z")
_TURNING = re.compile(
    r"[\s«‹<←]*(?:prev(?:ious)?|next)(?:\s+(?:page|chapter|section|lesson|part|post|article))?[\s»›>→:]*\Z", re.IGNORECASE
)
_PAGER_DEPTH = 4  # tags around a link that turns the page: item, list, cell, row
_PAGER_CHARACTERS = 400


def is_badge(source: str) -> bool:
    """Whether the address of a picture is that of a badge.

    >>> is_badge("https://img.shields.io/x.svg"), is_badge("https://a.org/assets/colab-badge.svg"), is_badge("https://a.org/tree.png")
    (True, False, False)
    """
    return bool(_BADGE.search(source)) and not _NOTEBOOK.search(source)


def drop_noise(soup: BeautifulSoup) -> None:
    """Remove from the tree what is hidden or not content: navigation, scripts, forms, banners. Takes linear time."""
    for text in list(unseen_text(soup)):
        text.extract()
    measures = measure(soup)
    total = measures[id(soup)].characters
    doomed: list[Tag] = []
    for tag in soup.find_all(True):
        if not isinstance(tag, Tag) or tag.name in ("html", "body", "main"):
            continue
        of_tag = measures[id(tag)]
        if (
            tag.name in _DROPPED
            or is_hidden(tag)
            or str(tag.get("role", "")).lower() in _DROPPED_ROLES
            or _stands_aside(tag, of_tag)
            or (of_tag.characters * 4 < total and (tag.name == "form" or (_is_noise(tag) and not _is_box(tag, of_tag))))
        ):
            doomed.append(tag)
        elif tag.name == "a" and (pager := _pager(tag, measures)) is not None:
            doomed.append(pager)
    for tag in doomed:
        tag.extract()


def _stands_aside(tag: Tag, of_tag: Measure) -> bool:
    """Whether the tag is the head of a page, a side bar or a button, and not part of its content."""
    if tag.name == "header":
        return not (of_tag.headings and of_tag.in_section)
    if tag.name == "aside" or str(tag.get("role", "")).lower() == "complementary":  # in an article it may be a box
        return not of_tag.in_content or of_tag.linked * 2 > of_tag.characters
    # The question of a list that folds is a button around a heading, or all of one; beside its words a button does something.
    title = of_tag.title
    return tag.name == "button" and not (of_tag.headings or (title and title.characters - of_tag.characters < 3))


def _pager(link: Tag, measures: Mapping[int, Measure]) -> Tag | None:
    """The block of links around one that leads to the page before or after; None around other links, and in prose."""
    leads = {*link.get_attribute_list("rel"), *link.get_attribute_list("accesskey")}
    if leads.isdisjoint(("prev", "next", "p", "n")) and not _TURNING.match(link.get_text(" ")):
        return None
    pager: Tag | None = None
    for around in islice(link.parents, _PAGER_DEPTH):
        held = measures.get(id(around))
        if held is None or held.headings or held.characters > _PAGER_CHARACTERS or held.linked * 3 < held.characters * 2:
            break
        pager = around
    return pager


def _is_noise(tag: Tag) -> bool:
    classes: object = tag.get("class") or []
    words = [str(word).lower() for word in classes] if isinstance(classes, list) else str(classes).lower().split()
    name = str(tag.get("id", "")).lower()
    # The id of a section, and of what has a heading, is made of its heading: "related-work", "navigation".
    if tag.name in ("section", "li") or _HEADING.match(tag.name) or "section" in words:
        name = ""
    if not _NOISE.isdisjoint([*words, name]):
        return True
    is_block = tag.name not in _INLINE and not _HEADING.match(tag.name)
    return is_block and (any(map(_NOISE_PART.search, words)) or bool(_NOISE_ID.match(name)))


def _is_box(tag: Tag, of_tag: Measure) -> bool:
    """Whether a "sidebar" stands among the paragraphs of a text and says something, as DocBook and docutils write boxes."""
    parent = tag.parent
    if not is_sidebar(tag) or parent is None:
        return False
    in_text = parent.name in ("section", "article") or not _PARTS.isdisjoint(parent.get_attribute_list("class"))
    return in_text and of_tag.linked * 3 < of_tag.characters


def is_sidebar(tag: Tag) -> bool:
    """Whether the tag is named a sidebar, of a page or of a text."""
    return "sidebar" in tag.get_attribute_list("class")


def content_of(soup: BeautifulSoup) -> Tag:
    """The `<main>` or `<article>` that holds most of the page's text, or its body where none does."""
    body = soup.body or soup
    measures = measure(body)
    candidates = [tag for tag in body.select("main, article, [role=main]") if isinstance(tag, Tag)]
    best = max(candidates, key=lambda tag: measures[id(tag)].characters, default=body)
    return best if measures[id(best)].characters * 2 >= measures[id(body)].characters else body
