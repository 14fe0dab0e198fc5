"""The starter corpus: front matter, ids, prerequisites, links, length, repeats, and the printables against their texts."""

from __future__ import annotations

import graphlib
import itertools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from ingest.corpus import scan
from ingest.readers import parse

CORPUS = Path(__file__).parent.parent / "corpus"
TOPICS = sorted((CORPUS / "topics").glob("*.md"))
DIGESTS = sorted((CORPUS / "sources").glob("*.md"))
PRINTABLES = sorted((CORPUS / "printable").glob("*.md"))
MARKDOWN = [*TOPICS, *DIGESTS, *PRINTABLES, CORPUS / "README.md"]
MADE = ["ninety-day-plan.pdf", "glossary.html", "interview-sheet.docx"]

KEYS = ["id", "title", "phase", "level", "prerequisites", "hours", "skills", "resources"]
PHASES = ["orientation", "mathematics", "programming", "data", "classical-ml", "deep-learning", "specialisms"]
PHASES += ["llm-applications", "production", "engineering", "responsible-practice", "career"]
LEVELS = ["beginner", "intermediate", "advanced"]
RESOURCE_KINDS = ["article", "book", "course", "documentation", "tool", "video"]
IN_WORDS = {"2": "two", "5": "five", "15": "fifteen"}  # numbers that begin or end an estimate and are spelt out in a note
RUN = 12  # words in a row that two documents must not share

each_topic = pytest.mark.parametrize("path", TOPICS, ids=lambda path: path.stem)
each_digest = pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
each_text = pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.stem)


@dataclass(frozen=True)
class Link:
    label: str
    address: str


@cache
def _parts(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter (empty where there is none) and body."""
    text = path.read_text("utf-8")
    if not text.startswith("---\n"):
        return {}, text
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body


@cache
def _inlines(markdown: str) -> list[list[Token]]:
    """The runs of text of all headings, paragraphs, items and cells."""
    tokens = MarkdownIt("commonmark").enable("table").use(deflist_plugin).parse(markdown)
    return [token.children or [] for token in tokens if token.type == "inline"]


def _links(children: list[Token]) -> Iterator[Link]:
    address: str | None = None
    label = ""
    for token in children:
        if token.type == "link_open":
            address, label = str(token.attrGet("href") or ""), ""
        elif token.type == "link_close" and address is not None:
            yield Link(label.strip(), address)
            address = None
        else:
            label += token.content


def _visible(children: list[Token]) -> str:
    return "".join(" " if token.type == "softbreak" else token.content for token in children)


def _words(text: str) -> list[str]:
    """Lower-case words; a number with its separators is one word."""
    return re.findall(r"\d+(?:[.,]\d+)*|\w+(?:['’]\w+)*", text.lower())


@cache
def _allowed_http() -> set[str]:
    """The unencrypted addresses that the sources give, which the digests repeat as they are."""
    return {link.address for path in DIGESTS for children in _inlines(_parts(path)[1]) for link in _links(children)}


# --- front matter ---------------------------------------------------------------------------------------------------


def test_there_are_sixty_topic_notes_or_more() -> None:
    assert len(TOPICS) >= 60


@each_topic
def test_a_topic_note_has_exactly_the_keys_of_a_topic_note(path: Path) -> None:
    assert sorted(_parts(path)[0]) == sorted(KEYS)


@each_topic
def test_the_id_of_a_topic_note_is_its_file_name_and_its_title_is_its_heading(path: Path) -> None:
    front, body = _parts(path)
    assert front["id"] == path.stem
    assert re.findall(r"^# (.+)$", body, re.MULTILINE) == [front["title"]]


@each_topic
def test_phase_level_and_hours_of_a_topic_note_are_known_values(path: Path) -> None:
    front, _ = _parts(path)
    assert front["phase"] in PHASES
    assert front["level"] in LEVELS
    hours = re.fullmatch(r"(\d+)-(\d+)", str(front["hours"]))
    assert hours, f"hours must be low-high, not {front['hours']!r}"
    assert 0 < int(hours[1]) <= int(hours[2])


@each_topic
def test_the_text_of_a_topic_note_says_its_hours_since_front_matter_cannot_be_quoted(path: Path) -> None:
    front, body = _parts(path)
    least, most = (rf"(?:{number}|{IN_WORDS.get(number, number)})" for number in str(front["hours"]).split("-"))
    said = re.search(
        rf"\b{least}\b[^.;:]{{1,60}}?\b{most}\b[^.;:]{{0,40}}?\bhours\b|\b{least}[-–]{most} hours\b", body, re.IGNORECASE
    )
    assert said, f"no sentence says that it takes {front['hours']} hours"


@each_topic
def test_skills_and_resources_of_a_topic_note_are_complete_and_typed(path: Path) -> None:
    front, _ = _parts(path)
    assert front["skills"]
    assert all(isinstance(skill, str) and skill.strip() for skill in front["skills"])
    assert front["resources"]
    for resource in front["resources"]:
        assert sorted(resource) == ["free", "kind", "title", "url"]
        assert isinstance(resource["title"], str)
        assert resource["title"].strip()
        assert re.fullmatch(r"https://[\w.-]+\.\w+(?:/\S*)?", resource["url"])
        assert resource["kind"] in RESOURCE_KINDS
        assert isinstance(resource["free"], bool)


@each_topic
def test_the_prerequisites_of_a_topic_note_exist(path: Path) -> None:
    prerequisites = _parts(path)[0]["prerequisites"]
    assert set(prerequisites) <= {topic.stem for topic in TOPICS}
    assert len(set(prerequisites)) == len(prerequisites)


def test_the_prerequisites_of_the_topic_notes_form_no_circle() -> None:
    graph = {path.stem: _parts(path)[0]["prerequisites"] for path in TOPICS}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(TOPICS)  # raises CycleError


def test_no_two_documents_have_the_same_id_or_title() -> None:
    for key in ("id", "title"):
        counts = Counter(_parts(path)[0][key].casefold() for path in [*TOPICS, *DIGESTS])
        assert [value for value, count in counts.items() if count > 1] == []


def test_every_phase_has_a_topic_note() -> None:
    assert {_parts(path)[0]["phase"] for path in TOPICS} == set(PHASES)


@each_digest
def test_a_digest_says_what_it_is(path: Path) -> None:
    front, _ = _parts(path)
    assert front["id"] == path.stem
    assert front["kind"] == "digest"
    assert front["title"].strip()
    assert front["note"].strip()
    assert set(front) <= {"id", "title", "kind", "note", "date", "author", "url"}


def test_the_readme_names_every_key_phase_level_and_kind() -> None:
    readme = (CORPUS / "README.md").read_text("utf-8")
    assert [name for name in [*KEYS, *PHASES, *LEVELS, *RESOURCE_KINDS] if f"`{name}`" not in readme] == []


# --- text -----------------------------------------------------------------------------------------------------------


@each_topic
def test_a_topic_note_has_250_to_700_words(path: Path) -> None:
    words = sum(len(_visible(children).split()) for children in _inlines(_parts(path)[1]))
    assert 250 <= words <= 700


@each_text
def test_links_have_a_label_and_an_address_that_is_sound(path: Path) -> None:
    allowed = _allowed_http()
    for children in _inlines(_parts(path)[1]):
        for link in _links(children):
            assert link.label, f"link without words to {link.address!r}"
            if "://" in link.address:
                assert re.fullmatch(r"https?://[\w.-]+\.\w+(?::\d+)?(?:[/?#]\S*)?", link.address), link
                assert link.address.startswith("https://") or link.address in allowed, link
            else:
                target = path.parent / link.address.partition("#")[0]
                assert target.is_file(), f"{link.address} names no file"


@each_text
def test_no_half_written_link_is_left_in_the_text(path: Path) -> None:
    for children in _inlines(_parts(path)[1]):
        text = "".join(token.content for token in children if token.type == "text")
        assert not re.search(r"\]\(|\]\[|\[\]|\bTODO\b|\bXXX\b", text), text


def test_no_two_notes_share_a_run_of_twelve_words() -> None:
    titles = sorted((_parts(path)[0]["title"] for path in [*TOPICS, *DIGESTS]), key=len, reverse=True)
    title = re.compile("|".join(re.escape(each) for each in titles), re.IGNORECASE)
    owners: dict[tuple[str, ...], Path] = {}
    shared: list[str] = []
    for path in [*TOPICS, *PRINTABLES]:
        for children in _inlines(_parts(path)[1]):
            if children and children[0].type == "link_open":  # an entry in a list of resources
                continue
            for piece in title.split(_visible(children)):
                words = _words(piece)
                for start in range(len(words) - RUN + 1):
                    run = tuple(words[start : start + RUN])
                    if owners.setdefault(run, path) != path:
                        shared.append(f"{owners[run].stem} and {path.stem}: {' '.join(run)}")
    assert shared == []


# --- printables -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders into which the printables were made anew, each by a process of its own."""
    folders = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    for folder in folders:
        script = CORPUS / "printable" / "make_printables.py"
        subprocess.run([sys.executable, str(script), str(folder)], check=True, capture_output=True)
    return folders


@pytest.mark.parametrize("name", MADE)
def test_making_a_printable_twice_gives_identical_bytes(name: str, remade: tuple[Path, Path]) -> None:
    first, second = remade
    assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize("name", MADE)
def test_a_printable_is_what_its_text_gives(name: str, remade: tuple[Path, Path]) -> None:
    kept, made = (CORPUS / "printable" / name).read_bytes(), (remade[0] / name).read_bytes()
    # Other versions of the libraries may write other bytes, but never another text.
    assert kept == made or parse(kept, name).text == parse(made, name).text, "run make printables"


def test_the_index_takes_each_printable_once_and_no_text_beside_it() -> None:
    found = [source.id for source in scan(CORPUS) if not source.id.startswith(("topics/", "sources/"))]
    assert found == sorted(f"printable/{name}" for name in MADE)


def test_the_navigation_of_the_glossary_is_not_read() -> None:
    data = (CORPUS / "printable" / "glossary.html").read_bytes()
    assert b"<nav" in data
    text = parse(data, "glossary.html").text
    assert text.count("Responsible practice") == 1
    assert "licensed under" not in text


def test_the_glossary_has_a_hundred_terms_and_names_each_in_its_definition() -> None:
    text = (CORPUS / "printable" / "glossary.md").read_text("utf-8")
    entries = re.findall(r"^(.+)\n: (.+)$", text, re.MULTILINE)
    terms = dict(entries)
    assert len(terms) == len(entries), "a term is explained twice"
    assert len(terms) >= 100
    bare = {re.sub(r" \(.*\)", "", term): definition for term, definition in terms.items()}
    assert [term for term, definition in bare.items() if term.lower() not in definition.lower()] == []
    assert [term for term, definition in bare.items() if not definition.endswith(".")] == []


def test_the_interview_sheet_numbers_sixty_questions_or_more_in_one_row() -> None:
    text = (CORPUS / "printable" / "interview-sheet.md").read_text("utf-8")
    questions = re.findall(r"^(\d+)\. \*\*[^*]+[.?]\*\* [A-Z][^\n]+\.$", text, re.MULTILINE)
    assert [int(number) for number in questions] == list(range(1, len(questions) + 1))
    assert len(questions) >= 60


def test_the_plan_has_thirteen_weeks_in_table_and_text() -> None:
    text = (CORPUS / "printable" / "ninety-day-plan.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+-\d+) \|", text, re.MULTILINE)
    sections = re.findall(r"^### Week (\d+) \(days (\d+-\d+)\):", text, re.MULTILINE)
    assert rows == sections
    assert [int(week) for week, _ in rows] == list(range(1, 14))
    days = [tuple(map(int, days.split("-"))) for _, days in rows]
    assert (days[0][0], days[-1][1]) == (1, 90)
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(days))
