"""An HTML tree in, the same tree without what is not its content out; what is hidden from a reader is hidden from us."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

_DROPPED = frozenset(
    re.findall(
        r"\S+",
        """
        script style noscript template nav aside footer svg iframe object embed canvas audio video head dialog button
        select input textarea datalist map frame frameset
        """,
    )
)
_DROPPED_ROLES = frozenset(["navigation", "banner", "search", "contentinfo", "complementary", "menu", "dialog", "alert"])
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
_NOISE_PART = re.compile(
    r"(?:\A|[-_])(?:breadcrumbs?|cookies?|gdpr|consent|newsletter|subscribe|subscription|social|sharing|share|sharedaddy|sidebar"
    r"|pagination|pager|related(?:[-_]?(?:posts?|articles?|content|links|stories|pages))?|recommended|advert\w*|adsbygoogle"
    r"|ads?[-_](?:container|wrapper|slot|unit|block|box)|sponsored|promo|toc|table[-_]of[-_]contents|comments|navbar|navigation"
    r"|nav|menu|masthead|site[-_](?:header|footer)|search[-_](?:results|form|box)|catlinks|printfooter|sitesub|navbox|skip"
    r"|author[-_](?:box|bio|card|info)|(?:post|entry|article)[-_]tags|tag[-_](?:list|cloud)|tags[-_]links|prev[-_]?next|signup"
    r"|popup|widget[-_]area|backlinks?)(?:[-_]|\Z)"
)
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
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d])"
)


def is_badge(source: str) -> bool:
    """Whether the address of a picture is that of a badge.

    >>> is_badge("https://img.shields.io/x.svg"), is_badge("https://a.org/assets/colab-badge.svg"), is_badge("https://a.org/tree.png")
    (True, False, False)
    """
    return bool(_BADGE.search(source)) and not _NOTEBOOK.search(source)


def drop_noise(soup: BeautifulSoup) -> None:
    """Remove from the tree what is hidden or not content: navigation, scripts, forms, banners. Takes linear time."""
    measures = _measure(soup)
    total = measures[id(soup)].characters
    doomed: list[Tag] = []
    for tag in soup.find_all(True):
        if not isinstance(tag, Tag) or tag.name in ("html", "body", "main"):
            continue
        measure = measures[id(tag)]
        if (
            tag.name in _DROPPED
            or _is_hidden(tag)
            or str(tag.get("role", "")).lower() in _DROPPED_ROLES
            or (tag.name == "header" and not (measure.titles and measure.inside))
            or (measure.characters * 4 < total and (tag.name == "form" or _is_noise(tag)))
        ):
            doomed.append(tag)
    for tag in doomed:
        tag.extract()


@dataclass(slots=True)
class _Measure:
    """Of one tag: visible characters and `h1` headings below it, and whether it stands inside `<main>` or `<article>`."""

    characters: int
    titles: int
    inside: bool


def _measure(root: Tag) -> dict[int, _Measure]:
    """The measures of every tag by its `id()`, in one pass."""
    measures: dict[int, _Measure] = {}
    characters = titles = contents = 0
    pending: list[tuple[PageElement, bool]] = [(root, True)]
    while pending:
        node, entering = pending.pop()
        if isinstance(node, Tag):
            is_content = node.name in ("main", "article")
            if entering:
                titles += node.name == "h1"
                measures[id(node)] = _Measure(-characters, -titles, contents > 0)
                contents += is_content
                pending.append((node, False))
                pending += [(child, True) for child in reversed(node.contents)]
            else:
                contents -= is_content
                measures[id(node)].characters += characters
                measures[id(node)].titles += titles
        elif type(node) is NavigableString:  # comments, doctypes, scripts and styles are subclasses of it
            characters += len(node.strip())
    return measures


def _is_noise(tag: Tag) -> bool:
    classes: object = tag.get("class") or []
    words = [str(word).lower() for word in classes] if isinstance(classes, list) else str(classes).lower().split()
    # The id of a section, and of what has a heading, is made of its heading: "related-work", "navigation".
    if tag.name not in ("section", "li") and not _HEADING.match(tag.name) and "section" not in words:
        words.append(str(tag.get("id", "")).lower())
    if not _NOISE.isdisjoint(words):
        return True
    return tag.name not in _INLINE and not _HEADING.match(tag.name) and any(map(_NOISE_PART.search, words))


def _is_hidden(tag: Tag) -> bool:
    if tag.has_attr("hidden") or str(tag.get("aria-hidden", "")).lower() == "true":
        return True
    return tag.has_attr("style") and bool(_HIDDEN_STYLE.search(str(tag["style"]).lower()))


def content_of(soup: BeautifulSoup) -> Tag:
    """The `<main>` or `<article>` that holds most of the page's text, or its body where none does."""
    body = soup.body or soup
    measures = _measure(body)
    candidates = [tag for tag in body.select("main, article, [role=main]") if isinstance(tag, Tag)]
    best = max(candidates, key=lambda tag: measures[id(tag)].characters, default=body)
    return best if measures[id(best)].characters * 2 >= measures[id(body)].characters else body
