"""Hostile words in documents, names, questions and answers, in a real browser: nothing is fetched and nothing runs.

Needs a Chromium on the path and is skipped where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml
from hostile_payloads import EVIL, PAYLOADS, RUN
from ui_tab import CHROMIUM, Tab, chromium, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
LINES = [" ".join(payload.split()) for payload in PAYLOADS]
WORDS = [re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", line) for line in LINES]  # Markdown for exactly these words
NAMES = (
    f"<img src=x onerror={RUN}>.md",
    "![x](http:evil.example).md",
    "[x](javascript:window.__run=1).md",
    ":red[x] $x$ :material-home:.md",
    "\u202egnp.exe.md",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Every payload stands in a text, as Markdown, as the words of headings, and by turns in all kinds of front matter."""
    folder = tmp_path_factory.mktemp("hostile")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / NAMES[0].replace(".md", ".txt")).write_text("\n\n".join(LINES), encoding="utf-8")
    (corpus / NAMES[1]).write_text("# T\n\n" + "".join(f"- {line}\n" for line in LINES), encoding="utf-8")
    steps = "".join(f"### {words}\n\nText.\n\n" for words in WORDS)
    (corpus / "phases.md").write_text(
        f"# P\n\n## Phase 1: {WORDS[0]}\n\n{steps}## Phase 2: {WORDS[4]}\n\nText.\n", encoding="utf-8"
    )
    for number in range(0, len(LINES), 10):
        ten = (LINES[number : number + 10] * 2)[:10]
        meta = {
            "id": ten[0], "title": ten[1], "phase": ten[2], "level": ten[3], "hours": ten[4], "skills": ten,
            "prerequisites": [LINES[number - 10]], "author": ten[5], "note": ten[6], "date": ten[7], "publisher": ten[8],
            "url": f"javascript:{RUN}", "source": ten[9],
            "resources": [{"title": line, "url": line, "kind": line} for line in ten]
            + [{"title": line, "url": f"{EVIL}/{line}"} for line in ten],
        }  # fmt: skip
        text = f"---\n{yaml.safe_dump(meta, allow_unicode=False)}---\n\n# {WORDS[number + 1]}\n\n{ten[2]}\n"
        (corpus / f"topic-{number}.md").write_text(text, encoding="utf-8")
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def tab(hostile: str) -> Iterator[Tab]:
    with chromium() as browser:
        opened = Tab(browser, hostile)
        yield opened
        opened.close()


def _ask(tab: Tab, question: str) -> None:
    tab.ask(question)
    tab.page.wait_for_selector(f'[data-testid="stChatMessage"] >> text={question[:8]}')


def test_there_are_eighty_payloads_and_no_two_are_alike() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 80


def test_questions_answers_and_sources(tab: Tab) -> None:
    tab.open("/")
    for start in (0, len(LINES) // 2):
        _ask(tab, f"Question {start}: " + " ".join(LINES[start:])[:1900])
        tab.settled()
        tab.check()
    cites = tab.page.locator(".ra-cite")
    cites.first.wait_for()
    tab.check()
    assert cites.count() > len(LINES), "every payload is quoted"
    cites.nth(3).hover()
    tab.page.wait_for_timeout(300)
    tab.check()
    cites.nth(5).click()
    tab.page.wait_for_selector('[data-testid="stDialog"]')
    tab.settled()
    for expander in tab.page.locator('[data-testid="stDialog"] summary').all():
        expander.click()
    tab.settled()
    tab.check()
    tab.open("/conversations")
    tab.check()


def test_the_map_of_the_topics_and_what_a_step_opens(tab: Tab) -> None:
    tab.open("/roadmap", ".step")
    assert tab.page.locator(".step").count() == len(range(0, len(LINES), 10))
    tab.check()
    for number in range(0, tab.page.locator(".step").count(), 3):
        tab.page.locator(".step").nth(number).hover()
        tab.press(f".step >> nth={number}", '[data-testid="stDialog"]')
        tab.check()
        for name in ("Note", "Ask about this"):
            tab.page.get_by_role("tab", name=name).click()
            tab.page.wait_for_timeout(200)
            tab.check()
        tab.page.keyboard.press("Escape")
        tab.page.wait_for_selector('[data-testid="stDialog"]', state="detached")


def test_the_map_of_a_document_and_the_list(tab: Tab) -> None:
    tab.open("/roadmap", ".step")
    tab.page.locator(".st-key-roadmap-map input").click()
    tab.page.get_by_role("option", name="P (").click()
    tab.page.wait_for_selector(f".step >> nth={len(LINES)}")
    tab.settled()
    tab.check()
    tab.page.locator(".st-key-roadmap-view").get_by_text("List", exact=True).click()
    tab.page.wait_for_selector("[class*=st-key-step-]")
    tab.settled()
    tab.check()


def test_the_library_its_documents_and_their_passages(tab: Tab) -> None:
    tab.open("/library")
    tab.check()
    for number in range(3):
        tab.open("/library")
        tab.press(f"[class*=st-key-passages-] button:visible >> nth={number}", ".st-key-all-documents")
        for expander in tab.page.locator('[data-testid="stMainBlockContainer"] summary').all():
            expander.click()
        tab.settled()
        tab.check()


def test_uploads_of_hostile_names_are_taken_listed_and_deleted(tab: Tab) -> None:
    tab.open("/library")
    names = [*NAMES, f"{LINES[4][:60]}.exe"]
    tab.upload(
        [(name.replace("/", "_"), f"# {name}\n\n{number} {LINES[number]}\n".encode()) for number, name in enumerate(names)]
    )
    tab.check()
    tab.page.wait_for_selector("text=cannot be read; convert it")
    tab.page.wait_for_selector(".st-key-hide-uploaded")  # the update has ended
    tab.settled()
    tab.check()
    told = tab.page.locator(".st-key-uploaded").inner_text()
    assert told.count("Added as uploads/") == len(NAMES), told
    tab.press("[class*='st-key-delete-uploads'] button", '[data-testid="stDialog"]')
    tab.check()
    tab.page.locator(".st-key-delete-now button").click()
    tab.page.wait_for_selector('[data-testid="stDialog"]', state="detached")
    tab.settled()
    tab.check()


def test_the_settings_page_and_hostile_addresses(tab: Tab) -> None:
    for path in (
        "/settings",
        f"/library?d={EVIL}<script>{RUN}</script>",
        f"/roadmap?m=<img src=x onerror={RUN}>&s=javascript:{RUN}",
    ):
        tab.open(path)
        tab.check()


def test_what_is_shown_is_what_was_written(tab: Tab) -> None:
    """A payload that vanished from the page would also pass the other checks."""
    tab.open("/roadmap", ".step")
    shown = tab.page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(e => e.shadowRoot).map(e => e.shadowRoot.textContent).join(' ')"
    )
    titles = LINES[1::10]
    assert [title for title in titles if title[:100] not in shown] == []
