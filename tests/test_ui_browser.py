"""What only a browser shows: hostile words stay words, nothing is fetched from elsewhere, and no click loses an answer.

Needs a Chromium on the path and is skipped where there is none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_ui_render import HOSTILE
from ui_fakes import MARKDOWN, WordLengthEmbedder

from ui import assembly, server
from ui.settings import Settings, read_settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAYLOADS = [
    *HOSTILE,
    "<svg/onload=window.__run=1>",
    "<iframe src=http://evil.example></iframe>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<video src=http://evil.example/x.mp4 autoplay></video>",
    "<base href=http://evil.example/>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<body onload=window.__run=1>",
    "<details open ontoggle=window.__run=1>",
    "<input autofocus onfocus=window.__run=1>",
    "<a href=javascript:window.__run=1>x</a>",
    "<form action=http://evil.example><button>x</button></form>",
    '"><script>window.__run=1</script>',
    "'-window.__run=1-'",
    "${window.__run=1}",
    "{{constructor.constructor('window.__run=1')()}}",
    "[a](<javascript:window.__run=1>)",
    "[a](JaVaScRiPt:window.__run=1)",
    "[a](java\tscript:window.__run=1)",
    "[a](&#106;avascript:window.__run=1)",
    "![](http://evil.example/i.png)",
    "![x](//evil.example/i.png)",
    "![x][y] [y]: http://evil.example/i.png",
    "[![x](http://evil.example/i.png)](http://evil.example)",
    "<http://evil.example/<script>>",
    "<javascript:window.__run=1>",
    ']] ) [x](http://evil.example "t" onmouseover=window.__run=1)',
    ":material/http://evil.example: :red-background[![x](http://evil.example/i.png)]",
    ':red[x]{background="url(http://evil.example/c)"}',
    "$\\href{javascript:window.__run=1}{x}$ $\\includegraphics{http://evil.example/i.png}$",
    "```html\n<script>window.__run=1</script>\n```",
    "| ![x](http://evil.example/i.png) | <img src=http://evil.example/i.png> |",
    "[1] [2] [^1] [1](http://evil.example) [[1]](http://evil.example)",
    "\u202egnp.exe \u200bhidden\ufeff",
    "data:text/html,<script>window.__run=1</script>",
    "https://good.example@evil.example/ https://evil.example/?q=<script>",
]


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The chat over `folder/corpus`, indexed with the hand-computable embedder; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings: Settings = read_settings({"corpus": folder / "corpus", "data": folder / "data", "port": port}, config=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
        patch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
        assembly.build_index(settings)
    here = Path(__file__).parent
    app = str(Path(server.__file__).with_name("app.py"))
    # not by way of `ui.streamlit_process`, which opens the real models before the app has put the others in their place
    replaced = {app: str(here / "ui_browser_app.py"), "ui.streamlit_process": "streamlit"}
    command = [replaced.get(part, part) for part in server.command(settings)]
    environment = server.environment(settings)
    environment["PYTHONPATH"] = os.pathsep.join([str(here), environment["PYTHONPATH"]])
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL) as child:
        try:
            deadline = time.monotonic() + 60
            while not server._answers(settings):
                assert child.poll() is None and time.monotonic() < deadline, "the server did not answer"
                time.sleep(0.1)
            yield server.address(settings)
        finally:
            server._end(child)


@pytest.fixture(scope="module")
def roadmap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("roadmap")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "roadmap.md").write_text(MARKDOWN, encoding="utf-8")
    with _served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    text = "\n\n".join(" ".join(payload.split()) for payload in PAYLOADS)
    (folder / "corpus" / "<img src=x onerror=window.__run=1>.txt").write_text(f"{PAYLOADS[0]}\n\n{text}\n", encoding="utf-8")
    (folder / "corpus" / "![x](http:evil.example).md").write_text(
        "---\ntitle: '<img src=http://evil.example/t.png onerror=window.__run=1>'\nurl: 'javascript:window.__run=1'\n"
        "author: '![x](http://evil.example/a.png)'\n---\n\n"
        "# ![h](http://evil.example/h.png) <script>window.__run=1</script>\n\n"
        + "".join(f"- {' '.join(payload.split())}\n" for payload in PAYLOADS),
        encoding="utf-8",
    )
    with _served(folder) as address:
        yield address


class Visit:
    """One tab, and everything it asked for, said or ran that it should not have."""

    def __init__(self, browser: object, *, dark: bool = False, width: int = 1280) -> None:
        self.context = browser.new_context(  # type: ignore[attr-defined]
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(90_000)  # two busy cores
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            self.foreign.append(url)

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector('[data-testid="stSidebar"]', state="attached")

    def ask(self, question: str) -> None:
        field = self.page.locator('[data-testid="stChatInputTextArea"]')
        field.fill(question)
        field.press("Enter")

    def answered(self, number: int = 1) -> None:
        """Wait until this many answers are finished."""
        self.page.wait_for_function(
            "n => document.querySelectorAll('.ra-copy, [class*=st-key-gap-]').length >= n",
            arg=number,
        )

    def preview(self, number: int) -> None:
        """Open the passages of a document; a click that falls into a rerun of the page is lost, so it is repeated."""
        from playwright.sync_api import TimeoutError as Late

        button = self.page.locator("[class*=st-key-passages-] button:visible").nth(number)
        for _ in range(6):
            button.click()
            try:
                self.page.wait_for_selector(".st-key-all-documents", timeout=15_000)
            except Late:
                continue
            return
        raise AssertionError("the passages of a document did not open")

    def check(self) -> None:
        """Nothing was fetched from elsewhere, nothing ran, and every link goes where its text says."""
        assert self.foreign == []
        assert self.dialogs == []
        assert self.page.evaluate("window.__run") is None
        wrong = self.page.evaluate(
            "['stMainBlockContainer', 'stDialog', 'stSidebar']"
            ".flatMap(i => [...document.querySelectorAll(`[data-testid=${i}] a`)])"
            ".filter(a => a.href && !/^(https?|mailto):/.test(a.href)).map(a => a.href)"
        )
        assert wrong == []
        images = self.page.evaluate(
            "['[data-testid=stMainBlockContainer] img', '[data-testid=stDialog] img', 'iframe', 'video', 'form[action]']"
            ".flatMap(s => [...document.querySelectorAll(s)]).map(e => e.outerHTML)"
        )
        assert images == []

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(
            self.page.evaluate(
                "Math.max(...['html', '[data-testid=stMain]']"
                ".flatMap(s => [...document.querySelectorAll(s)]).map(e => e.scrollWidth)) - window.innerWidth"
            )
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def test_hostile_documents_questions_and_answers_fetch_nothing_and_run_nothing(hostile: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(hostile)
    visit.ask(" ".join(PAYLOADS[:20])[:1900])
    visit.answered(1)
    visit.ask("bread <img src=http://evil.example/q.png onerror=window.__run=1>")
    visit.answered(2)
    visit.check()
    visit.page.locator(".ra-cite:visible").first.hover()
    visit.page.locator(".ra-cite:visible").nth(5).click()
    visit.page.wait_for_selector('[data-testid="stDialog"]')
    for expander in visit.page.locator('[data-testid="stDialog"] summary').all():
        expander.click()
    visit.page.wait_for_timeout(500)
    visit.check()
    visit.open(hostile + "/library")
    for number in range(2):
        visit.preview(number)
        visit.page.wait_for_timeout(500)
        visit.check()
        visit.page.locator(".st-key-all-documents button").click()
        visit.page.wait_for_selector(".st-key-find-document")


def test_words_are_shown_letter_by_letter(hostile: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(hostile)
    question = "a -> b <- c <-> d >= e <= f ~= g -- h :streamlit: :smile: $x$ <b>&lt;</b> #1 *x* :red[y]"
    visit.ask(question)
    visit.answered()
    shown = visit.page.locator('[data-testid="stChatMessage"]').first.inner_text().replace("\u2060", "")
    assert question in shown


def test_the_drawer_shows_the_marked_words_and_closes_with_escape(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    visit.ask("What do I learn?")
    visit.answered()
    button = visit.page.locator(".ra-cite:visible", has_text="4").first
    button.focus()
    visit.page.keyboard.press("Enter")
    drawer = visit.page.locator('[data-testid="stDialog"]')
    drawer.get_by_text("Open the original at example.org").wait_for()
    marked = drawer.locator("[class*=st-key-source-section]").get_by_text("matrices", exact=True)
    assert marked.evaluate("e => getComputedStyle(e).backgroundColor") not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")
    visit.page.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    visit.page.wait_for_timeout(700)
    assert visit.page.locator('[data-testid="stDialog"]').count() == 0


def test_no_click_no_page_and_no_reload_loses_an_answer_being_written(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    visit.ask("What do I learn, slowly?")
    visit.page.locator("[class*=st-key-stop-] button:visible").wait_for()
    visit.page.wait_for_function("location.search.includes('c=')")
    address = visit.page.url
    visit.page.get_by_role("link", name="Library").click()
    visit.page.wait_for_selector(".st-key-find-document")
    visit.page.get_by_role("link", name="Chat").click()
    visit.page.locator(".ra-cite:visible").first.click()
    visit.page.locator('[data-testid="stDialog"]').wait_for()
    visit.open(address)
    visit.answered()
    text = visit.page.locator('[data-testid="stMainBlockContainer"]').inner_text()
    for words in ("It takes two years.", "matrices", "Calculus"):
        assert words in text


def test_stopping_keeps_what_was_written(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    visit.ask("What do I learn, slowly?")
    visit.page.locator(".ra-cite:visible").first.wait_for()
    visit.page.locator("[class*=st-key-stop-] button:visible").click()
    visit.page.get_by_text("Stopped before the end").wait_for()
    text = visit.page.locator('[data-testid="stMainBlockContainer"]').inner_text()
    assert "It takes two years." in text
    assert "Calculus" not in text


def test_the_place_to_ask_has_the_focus_and_slow_typing_survives_a_running_answer(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    visit.page.wait_for_function("document.activeElement?.dataset.testid === 'stChatInputTextArea'")
    visit.page.keyboard.type("What, slowly?")
    visit.page.keyboard.press("Enter")
    visit.page.locator("[class*=st-key-stop-] button:visible").wait_for()
    visit.page.keyboard.type("my next question is", delay=120)
    visit.answered()
    visit.page.wait_for_timeout(500)
    assert visit.page.locator('[data-testid="stChatInputTextArea"]').input_value() == "my next question is"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_fits_a_phone_in_both_themes(roadmap: str, browser: object, dark: bool) -> None:
    visit = Visit(browser, dark=dark, width=360)
    visit.open(roadmap)
    background = visit.page.locator(".stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (not dark)
    assert visit.overflow() <= 0
    visit.ask("What do I learn? " + "Donaudampfschifffahrt" * 5)
    visit.answered()
    assert visit.overflow() <= 0
    visit.page.locator(".ra-cite:visible").first.click()
    drawer = visit.page.locator('[data-testid="stDialog"]')
    drawer.get_by_text("Open the original").wait_for()
    visit.page.wait_for_timeout(700)  # it slides in
    assert drawer.evaluate("e => e.scrollWidth") <= 360
    visit.open(roadmap + "/library")
    visit.preview(0)
    assert visit.overflow() <= 0
    assert visit.foreign == []


def test_nothing_on_the_page_moves_while_an_answer_is_written_or_ends(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    visit.ask("What do I learn?")
    visit.answered()
    visit.ask("What do I learn, slowly?")
    newest = visit.page.locator(".st-key-latest", has_text="What do I learn, slowly?")
    newest.locator(".ra-sentence").first.wait_for()
    visit.page.wait_for_timeout(400)  # the question is scrolled to the top
    where = "[...document.querySelectorAll('.st-key-latest .ra-sentence')].slice(0, 2).map(e => e.getBoundingClientRect().top)"
    before = visit.page.evaluate(where)
    visit.page.evaluate("window.__first = document.querySelector('.st-key-latest .ra-sentence')")
    visit.answered(2)
    visit.page.wait_for_timeout(400)
    after = visit.page.evaluate(where)
    assert before == pytest.approx(after[: len(before)], abs=2)
    assert visit.page.evaluate("window.__first.isConnected")  # it is the same element, not one drawn anew
    assert before[0] < 300  # the newest question is read from its top


def test_a_number_shows_its_quote_on_hover_and_on_focus_and_escape_hides_it(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    visit.ask("What do I learn?")
    visit.answered()
    tip = visit.page.locator(".ra-tip")
    visit.page.locator(".ra-cite").nth(2).hover()
    tip.wait_for()
    assert "Linear algebra" in tip.inner_text()
    visit.page.mouse.move(5, 5)
    tip.wait_for(state="detached")
    visit.page.locator(".ra-cite").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowRight")
    tip.wait_for()
    assert visit.page.locator(".ra-cite:focus").get_attribute("aria-describedby") == tip.get_attribute("id")
    assert "Linear algebra" in tip.inner_text()
    visit.page.keyboard.press("Escape")
    tip.wait_for(state="detached")


def test_rows_of_a_table_are_one_table_and_the_answer_is_copied_with_its_sources(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open(roadmap)
    visit.ask("What do I learn?")
    visit.answered()
    assert visit.page.locator(".ra-table table tr").all_inner_texts() == ["Topic\tWeeks\u00a06", "Calculus\t6\u00a07"]
    visit.page.locator(".ra-copy").click()
    visit.page.get_by_text("Copied").wait_for()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "- Statistics [5]" in copied
    assert "- [5] A roadmap (roadmap.md)" in copied


def test_what_was_typed_survives_a_reload_and_a_change_of_page(roadmap: str, browser: object) -> None:
    visit = Visit(browser)
    visit.open(roadmap)
    field = visit.page.locator('[data-testid="stChatInputTextArea"]')
    field.fill("half a question")
    visit.page.reload()
    visit.page.wait_for_function("document.querySelector('[data-testid=stChatInputTextArea]')?.value === 'half a question'")
    visit.page.get_by_role("link", name="Library").click()
    visit.page.wait_for_function("!document.querySelector('[data-testid=stChatInputTextArea]')")
    visit.page.get_by_role("link", name="Chat").click()
    visit.page.wait_for_function("document.querySelector('[data-testid=stChatInputTextArea]')?.value === 'half a question'")
    visit.ask("What do I learn?")
    visit.answered()
    visit.page.keyboard.press("Alt+n")
    visit.page.get_by_text("What would you like to know?").wait_for()
    visit.page.wait_for_timeout(500)
    assert field.input_value() == ""


def test_two_visits_at_once_each_see_their_own_conversation(roadmap: str, browser: object) -> None:
    first, second = Visit(browser), Visit(browser)
    first.open(roadmap)
    second.open(roadmap)
    first.ask("Question of the first, slowly?")
    second.ask("Question of the second, slowly?")
    first.answered()
    second.answered()
    for visit, own, other in ((first, "first", "second"), (second, "second", "first")):
        text = visit.page.locator('[data-testid="stMainBlockContainer"]').inner_text()
        assert f"Question of the {own}" in text
        assert f"Question of the {other}" not in text
