"""What only a browser shows: no click loses an answer, nothing jumps, and the keyboard reaches what a pointer does.

Needs a Chromium on the path and is skipped where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ui_fakes import MARKDOWN
from ui_tab import CHROMIUM, Tab, chromium, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def roadmap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("roadmap")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "roadmap.md").write_text(MARKDOWN, encoding="utf-8")
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def visit(roadmap: str, browser: Any) -> Iterator[Tab]:
    """A first visit, the chat drawn."""
    tab = Tab(browser, roadmap)
    tab.open("/")
    yield tab
    tab.check()
    tab.close()


def test_words_are_shown_letter_by_letter(visit: Tab) -> None:
    question = "a -> b <- c <-> d >= e <= f ~= g -- h :streamlit: :smile: $x$ <b>&lt;</b> #1 *x* :red[y]"
    visit.ask(question)
    visit.answered()
    shown = visit.page.locator('[data-testid="stChatMessage"]').first.inner_text().replace("\u2060", "")
    assert question in shown


def test_the_drawer_shows_the_marked_words_and_closes_with_escape(visit: Tab) -> None:
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


def test_no_click_no_page_and_no_reload_loses_an_answer_being_written(visit: Tab) -> None:
    visit.ask("What do I learn, slowly?")
    visit.page.locator("[class*=st-key-stop-] button:visible").wait_for()
    visit.page.wait_for_function("location.search.includes('c=')")
    address = visit.page.url
    visit.page.get_by_role("link", name="Library").click()
    visit.page.wait_for_selector(".st-key-find-document")
    visit.page.get_by_role("link", name="Chat").click()
    visit.page.locator(".ra-cite:visible").first.click()
    visit.page.locator('[data-testid="stDialog"]').wait_for()
    visit.page.goto(address)
    visit.answered()
    text = visit.page.locator('[data-testid="stMainBlockContainer"]').inner_text()
    for words in ("It takes two years.", "matrices", "Calculus"):
        assert words in text


# Loses the first message that tells of a click on a citation, as the server drops one that comes from a fragment that is gone.
_LOSE = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const told = typeof data !== 'string' && new TextDecoder().decode(data).includes('"event":"opened"');
    if (told && !window.__lost) { window.__lost = true; return; }
    send.call(this, data);
  };
}"""


def test_a_click_that_nobody_heard_is_told_again_and_opens_the_source_once(visit: Tab) -> None:
    visit.page.evaluate(_LOSE)
    visit.ask("What do I learn, slowly?")
    visit.page.locator(".ra-cite:visible").first.click()
    drawer = visit.page.locator('[data-testid="stDialog"]')
    drawer.get_by_text("Open the original").wait_for()
    assert visit.page.evaluate("window.__lost")
    visit.page.wait_for_timeout(600)
    visit.answered()
    visit.settled()  # while the page is drawn anew Streamlit closes the drawer and opens it, and a key finds nothing to close
    visit.page.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    visit.page.wait_for_timeout(1000)
    assert drawer.count() == 0


def test_stopping_keeps_what_was_written(visit: Tab) -> None:
    visit.ask("What do I learn, slowly?")
    visit.page.locator(".ra-cite:visible").first.wait_for()
    visit.page.locator("[class*=st-key-stop-] button:visible").click()
    visit.page.get_by_text("Stopped before the end").wait_for()
    text = visit.page.locator('[data-testid="stMainBlockContainer"]').inner_text()
    assert "It takes two years." in text
    assert "Calculus" not in text


def test_the_place_to_ask_has_the_focus_and_slow_typing_survives_a_running_answer(visit: Tab) -> None:
    visit.page.wait_for_function("document.activeElement?.dataset.testid === 'stChatInputTextArea'")
    visit.page.keyboard.type("What, slowly?")
    visit.page.keyboard.press("Enter")
    visit.page.locator("[class*=st-key-stop-] button:visible").wait_for()
    visit.page.keyboard.type("my next question is", delay=120)
    visit.answered()
    visit.page.wait_for_timeout(500)
    assert visit.page.locator('[data-testid="stChatInputTextArea"]').input_value() == "my next question is"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_answer_and_its_source_fit_a_phone_in_both_themes(roadmap: str, browser: Any, dark: bool) -> None:
    visit = Tab(browser, roadmap, dark=dark, width=360)
    visit.open("/")
    background = visit.page.locator(".stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (not dark)
    visit.ask("What do I learn? " + "Donaudampfschifffahrt" * 5)
    visit.answered()
    assert visit.wider() <= 0
    visit.page.locator(".ra-cite:visible").first.click()
    drawer = visit.page.locator('[data-testid="stDialog"]')
    drawer.get_by_text("Open the original").wait_for()
    assert drawer.evaluate("e => e.scrollWidth") <= 360
    visit.check()
    visit.close()


# Notes where the first number of the newest answer stands, in every frame in which it is somewhere else than before.
_NUMBER_MOVES = """() => {
  const seen = window.__tops = [];
  const look = () => {
    const cite = document.querySelector('.st-key-latest .ra-cite'), top = cite && Math.round(cite.getBoundingClientRect().top);
    if (cite && seen.at(-1) !== top) seen.push(top);
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_number_that_is_shown_stays_where_it_is(roadmap: str, browser: Any, width: int) -> None:
    visit = Tab(browser, roadmap, width=width)
    visit.open("/")
    visit.page.evaluate(_NUMBER_MOVES)
    for count, question in enumerate(["What do I learn? " + "Donau" * 20, "What do I learn, slowly?"], start=1):
        visit.page.evaluate("window.__tops.length = 0")
        visit.ask(question)
        visit.page.locator(".st-key-latest", has_text=question).locator(".ra-cite").first.wait_for()
        visit.answered(count)
        visit.page.wait_for_timeout(1000)
        tops = visit.page.evaluate("window.__tops")
        shown = tops[count - 1 :]
        assert shown and max(shown) - min(shown) <= 1, f"it stood at {tops}"  # a pixel is how places are rounded
    visit.check()
    visit.close()


def test_nothing_on_the_page_moves_while_an_answer_is_written_or_ends(visit: Tab) -> None:
    visit.ask("What do I learn?")
    visit.answered()
    visit.ask("What do I learn, slowly?")
    newest = visit.page.locator(".st-key-latest", has_text="What do I learn, slowly?")
    newest.locator(".ra-sentence").first.wait_for()
    where = "[...document.querySelectorAll('.st-key-latest .ra-sentence')].slice(0, 2).map(e => e.getBoundingClientRect().top)"
    before = visit.page.evaluate(where)
    visit.page.evaluate("window.__first = document.querySelector('.st-key-latest .ra-sentence')")
    visit.answered(2)
    visit.page.wait_for_timeout(400)
    after = visit.page.evaluate(where)
    assert before == pytest.approx(after[: len(before)], abs=2)
    assert visit.page.evaluate("window.__first.isConnected")  # it is the same element, not one drawn anew
    assert before[0] < 300  # the newest question is read from its top


def test_a_number_shows_its_quote_on_hover_and_on_focus_and_escape_hides_it(visit: Tab) -> None:
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


def test_rows_of_a_table_are_one_table_and_the_answer_is_copied_with_its_sources(visit: Tab) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask("What do I learn?")
    visit.answered()
    assert visit.page.locator(".ra-table table tr").all_inner_texts() == ["Topic\tWeeks\u00a06", "Calculus\t6\u00a07"]
    visit.page.locator(".ra-copy").click()
    visit.page.get_by_text("Copied").wait_for()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "- Statistics [5]" in copied
    assert "- [5] A roadmap (roadmap.md)" in copied


def test_what_was_typed_survives_a_reload_and_a_change_of_page(visit: Tab) -> None:
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


def test_a_reload_keeps_the_choices_and_the_next_page_is_the_one_that_is_clicked(visit: Tab) -> None:
    visit.ask("What do I learn?")
    visit.answered()
    visit.page.get_by_text("Quoted", exact=True).click()
    visit.page.get_by_text("X-ray: show how").click()
    visit.page.wait_for_function("location.search.includes('mode=quote') && location.search.includes('xray=on')")
    visit.page.reload()
    visit.page.wait_for_selector(".ra-xray table")
    visit.page.get_by_role("link", name="Library").click()
    visit.page.wait_for_selector(".st-key-find-document")
    visit.page.wait_for_function("location.pathname === '/library' && location.search.includes('mode=quote')")
    visit.page.get_by_role("link", name="Chat").click()
    visit.answered()
    visit.page.get_by_role("link", name="Settings").click()
    visit.page.wait_for_selector(".st-key-settings-mode")


def test_a_thumb_and_its_reason_need_no_pointer(visit: Tab) -> None:
    visit.ask("What do I learn?")
    visit.answered()
    press = visit.page.keyboard.press
    visit.page.get_by_role("radio", name="Thumbs down").wait_for()  # their script is fetched when they first come
    visit.page.get_by_role("button", name="Answer anew").focus()
    press("Tab")
    press("ArrowRight")
    press("Enter")
    visit.page.get_by_text("What was wrong with it?").wait_for()
    visit.page.get_by_role("button", name="Send", exact=True).focus()
    press("Enter")
    visit.page.get_by_text("Kept, thank you.").wait_for()
    visit.page.wait_for_function("document.activeElement.dataset.testid === 'stChatInputTextArea'")


def test_the_place_to_ask_has_the_focus_when_what_had_it_goes_by_itself(visit: Tab) -> None:
    visit.ask("What do I learn, slowly?")
    stop = visit.page.locator("[class*=st-key-stop-] button:visible")
    stop.focus()
    visit.answered()
    stop.wait_for(state="detached")
    visit.page.wait_for_function("document.activeElement.dataset.testid === 'stChatInputTextArea'")


def test_an_example_and_a_question_to_ask_next_are_asked_by_a_click(visit: Tab) -> None:
    places = ("[class*=st-key-example-] button", "[class*=st-key-next-] button")
    for count, place in enumerate(places, start=1):
        button = visit.page.locator(place).first
        question = button.locator("p").inner_text()
        button.click()
        visit.page.locator(".st-key-latest [class*=st-key-asked-]", has_text=question).wait_for()
        visit.answered(count)
        visit.page.locator(".st-key-latest .ra-sentence").first.wait_for()
    assert visit.page.locator("[class*=st-key-asked-]").count() == 2


def test_two_visits_at_once_each_see_their_own_conversation(visit: Tab, browser: Any) -> None:
    other = Tab(browser, visit.base)
    other.open("/")
    visit.ask("Question of the first, slowly?")
    other.ask("Question of the second, slowly?")
    visit.answered()
    other.answered()
    for tab, own, elsewhere in ((visit, "first", "second"), (other, "second", "first")):
        text = tab.page.locator('[data-testid="stMainBlockContainer"]').inner_text()
        assert f"Question of the {own}" in text
        assert f"Question of the {elsewhere}" not in text
    other.close()


def test_on_a_telephone_the_sidebar_gives_way_to_the_conversation_that_was_chosen_there(visit: Tab) -> None:
    visit.ask("What do I learn?")
    visit.answered()
    sidebar = visit.page.locator('[data-testid="stSidebar"]')
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.page.goto(visit.page.url.split("?")[0])
    visit.page.get_by_text("What would you like to know?").wait_for()
    for _ in range(3):  # on a busy machine Streamlit folds it once more when the page is drawn to its end
        visit.page.locator('[data-testid="stExpandSidebarButton"]').click()
        visit.page.wait_for_function("document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().left === 0")
        visit.page.wait_for_timeout(500)
        if sidebar.evaluate("sidebar => sidebar.getBoundingClientRect().left") == 0:
            break
    sidebar.get_by_role("button", name="What do I learn?").first.click()
    visit.answered()
    visit.page.wait_for_function("document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0")


XRAY = Path(__file__).parents[1] / "ui" / "xray.js"
DRAW = """async ([script, data]) => {
  const drawn = await import("data:text/javascript," + encodeURIComponent(script));
  drawn.default({data, parentElement: document.body});
}"""


def test_the_candidates_that_come_later_are_shown_on_a_press_and_keys_go_on_from_there(browser: Any) -> None:
    row = {"moved": 0, "title": "t", "place": "p", "words": "w", "scores": [0.5], "shown": ["0.50"], "used": False, "fate": "f"}
    rows = [{**row, "rank": rank, "later": rank > 10} for rank in range(1, 14)]
    page = browser.new_page()
    data = {"verdict": "v", "note": "", "explained": [["Dense", "told"]], "times": [], "candidates": rows}
    page.evaluate(DRAW, [XRAY.read_text(encoding="utf-8"), data])
    shown = page.locator("tbody tr:visible")
    assert shown.count() == 10
    page.get_by_role("button", name="Show 3 more").press("Enter")
    assert shown.count() == 13
    assert page.evaluate("document.activeElement.querySelector('.ra-rank').textContent") == "11"
    assert page.get_by_role("button").count() == 0
    page.close()


@pytest.mark.parametrize(("width", "opened"), [(1280, True), (360, False)])
def test_on_a_telephone_what_the_numbers_say_does_not_stand_above_the_candidates(
    browser: Any, width: int, opened: bool
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    data = {"verdict": "v", "note": "", "explained": [["Dense", "told"]], "times": [], "candidates": []}
    page.evaluate(DRAW, [XRAY.read_text(encoding="utf-8"), data])
    assert page.locator("details").evaluate("details => details.open") is opened
    page.close()


MAP = Path(__file__).parents[1] / "ui" / "roadmap_map.js"
MANY = [
    {
        "title": f"Phase {phase}",
        "count": "0 of 9 steps done",
        "steps": [
            {"id": f"{phase}-{n}", "title": f"A step with a name of its own {n}", "facts": "10 hours", "state": "open",
             "needs": [f"{phase - 1}-{n}"] if phase else []}
            for n in range(9)
        ],
    }
    for phase in range(16)
]  # fmt: skip


def test_a_large_map_fits_the_window_and_a_step_keeps_its_lines(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.add_style_tag(content=MAP.with_suffix(".css").read_text(encoding="utf-8"))
    page.evaluate(DRAW, [MAP.read_text(encoding="utf-8"), {"phases": MANY, "open": ""}])
    assert page.locator(".sheet").bounding_box()["height"] > 1600
    page.locator(".step").nth(9).focus()
    assert page.locator(".line.strong").count() == 2
    page.get_by_role("button", name="Fit the whole map").dispatch_event("click")
    assert page.locator(".sheet").bounding_box()["height"] <= 660
    assert page.locator(".line.strong").count() == 2, "the lines are drawn anew, and those of the step in focus stay strong"
    page.close()
