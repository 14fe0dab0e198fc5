"""Every page in a real browser: no serious violation axe-core finds, by keyboard alone, on a phone, enlarged, in the dark.

Needs a Chromium on the path and is skipped where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_ui_roadmap import FILES
from ui_tab import CHROMIUM, Tab, chromium, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
AXE = Axe()
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("accessible")
    for name, text in FILES.items():
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "corpus" / "uploads").mkdir()
    (folder / "corpus" / "uploads" / "mine.md").write_text("# Mine\n\nAn uploaded document.\n", encoding="utf-8")
    (folder / "corpus" / "empty.md").write_text("", encoding="utf-8")
    with served(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def _chat(tab: Tab) -> None:
    tab.open("/")


def _answer(tab: Tab) -> None:
    tab.open("/")
    tab.ask("What do I learn?")
    tab.page.wait_for_selector(".ra-cite")
    tab.settled()


def _source(tab: Tab) -> None:
    tab.page.locator(".ra-cite").first.click()
    tab.page.wait_for_selector('[data-testid="stDialog"]')
    tab.settled()


def _map(tab: Tab) -> None:
    tab.open("/roadmap", ".step")


def _step(tab: Tab) -> None:
    tab.press(".step", '[data-testid="stDialog"]', text="NumPy")


def _list(tab: Tab) -> None:
    tab.open("/roadmap", ".step")
    tab.page.locator(".st-key-roadmap-view").get_by_text("List", exact=True).click()
    tab.page.wait_for_selector("[class*=st-key-step-]")
    tab.settled()


def _library(tab: Tab) -> None:
    tab.open("/library")


def _deleting(tab: Tab) -> None:
    tab.press("[class*='st-key-delete-uploads'] button", '[data-testid="stDialog"]')


def _document(tab: Tab) -> None:
    tab.open("/library?d=plan.md")


def _settings(tab: Tab) -> None:
    tab.open("/settings")
    tab.page.locator(".st-key-settings-writer").get_by_text("A model server").click()
    tab.page.wait_for_selector(".st-key-settings-server")
    tab.settled()


def _gone(tab: Tab) -> None:
    tab.open("/?c=nowhere")
    tab.page.get_by_text("That conversation is not here any more").wait_for()


def _xray(tab: Tab) -> None:
    tab.open("/")
    tab.page.locator('[data-testid="stSidebar"]').get_by_text("X-ray").click()
    tab.ask("Do they differ?")
    tab.page.wait_for_selector(".ra-xray table")
    tab.page.get_by_text("The documents give different figures").wait_for()
    tab.settled()


STATES: tuple[Callable[[Tab], None], ...] = (
    _chat, _gone, _answer, _source, _xray, _map, _step, _list, _library, _deleting, _document, _settings,
    lambda tab: tab.open("/conversations"), lambda tab: tab.open("/feedback"), lambda tab: tab.open("/evals"),
)  # fmt: skip


_STILL = """() => document.getAnimations().every(
  (a) => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity
)"""


def _violations(tab: Tab, rules: list[str]) -> list[str]:
    found = AXE.run(tab.page, options={"runOnly": rules}).response["violations"]
    return [f"{tab.page.url} {v['id']}: {node['html'][:200]}" for v in found if v["impact"] in GRAVE for node in v["nodes"]]


def test_every_page_passes_axe_can_be_read_in_the_dark_and_fits_a_phone(address: str, browser: Any) -> None:
    """A window of 1280 pixels that is enlarged to 200 % shows 640."""
    tab = Tab(browser, address)
    found: list[str] = []
    for reach in STATES:
        reach(tab)
        found += _violations(tab, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
        tab.page.emulate_media(color_scheme="dark")
        tab.page.wait_for_function("() => getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'")
        tab.page.wait_for_function(_STILL)  # colours fade into each other
        found += [f"in the dark: {violation}" for violation in _violations(tab, ["color-contrast"])]
        tab.page.emulate_media(color_scheme="light")
        for width in (640, 360):
            tab.page.set_viewport_size({"width": width, "height": 800})
            tab.page.wait_for_timeout(150)  # the page is laid out anew
            if (wider := tab.wider()) > 0:
                found.append(f"{tab.page.url} is {wider} pixels wider than a window of {width}")
        tab.page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


def test_the_buttons_of_a_dialog_follow_the_colours_of_the_page(address: str, browser: Any) -> None:
    """axe does not look at a button that lies on two layers."""
    tab = Tab(browser, address, dark=True)
    _library(tab)
    _deleting(tab)
    colour = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    assert tab.page.locator(".st-key-delete-now button").evaluate(colour) == ["rgb(18, 24, 22)", "rgb(92, 201, 181)"]
    tab.page.emulate_media(color_scheme="light")
    tab.page.wait_for_function("() => getComputedStyle(document.documentElement).colorScheme !== 'dark'")
    assert tab.page.locator(".st-key-delete-now button").evaluate(colour) == ["rgb(255, 255, 255)", "rgb(15, 107, 92)"]


def test_very_large_text_fits_a_phone(address: str, browser: Any) -> None:
    tab = Tab(browser, address, width=360)
    tab.page.add_init_script("localStorage.setItem('roadmap-text-size', 'larger')")
    for reach in (_map, _library, _settings):
        reach(tab)
        assert tab.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"
        assert tab.wider() <= 0, tab.page.url


def _focus(tab: Tab) -> str:
    """The text of what has the focus, also inside a shadow root."""
    return str(
        tab.page.evaluate(
            "() => { let e = document.activeElement; while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
            " return e.getAttribute('aria-label') || e.textContent || e.tagName }"
        )
    )


def _tab_to(tab: Tab, words: str) -> None:
    for _ in range(60):
        if _focus(tab).strip().startswith(words) and len(_focus(tab)) < 100:
            return
        tab.page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {words!r}")


def test_a_step_is_found_opened_marked_and_left_by_keyboard(address: str, browser: Any) -> None:
    tab = Tab(browser, address)
    tab.open("/roadmap", ".step")
    tab.page.locator(".tool >> nth=-1").focus()
    _tab_to(tab, "Python basics")
    outline = tab.page.locator(".step", has_text="Python basics").evaluate("e => getComputedStyle(e).outlineWidth")
    assert outline != "0px", "the focus can be seen"
    tab.page.keyboard.press("ArrowRight")
    assert "NumPy" in _focus(tab)
    assert tab.page.locator(".step.before").inner_text().startswith("Python basics")
    assert tab.page.locator(".step.after").inner_text().startswith("Trees")
    tab.page.keyboard.press("End")
    assert "Trees" in _focus(tab)
    tab.page.keyboard.press("Home")
    tab.page.keyboard.press("ArrowDown")
    assert "Trees" in _focus(tab) or "NumPy" in _focus(tab)
    tab.page.keyboard.press("Home")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector('[data-testid="stDialog"]')
    tab.settled()
    _tab_to(tab, "Not begun")
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("ArrowRight")
    assert _focus(tab) == "Done"
    tab.page.keyboard.press("Enter")
    tab.page.get_by_text("1 of 3 steps done").wait_for()
    tab.settled()
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector('[data-testid="stDialog"]', state="detached")
    tab.page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.activeElement?.textContent.startsWith('Python'))"
    )
    assert tab.page.locator(".step", has_text="Python basics").get_attribute("class").split()[1] == "done"


def test_the_map_grows_shrinks_and_fits_and_its_lines_follow(address: str, browser: Any) -> None:
    tab = Tab(browser, address)
    tab.open("/roadmap", ".step")
    before = tab.page.locator(".step").first.bounding_box()
    tab.page.get_by_role("button", name="Larger").click()
    tab.page.get_by_role("button", name="Larger").click()
    after = tab.page.locator(".step").first.bounding_box()
    assert after["height"] > before["height"] * 1.2
    assert tab.page.locator(".line").count() == 2
    tab.page.get_by_role("button", name="Fit the whole map").click()
    sheet = tab.page.locator(".sheet").bounding_box()
    assert sheet["height"] <= 800
    tab.settled()
    tab.page.wait_for_timeout(500)  # the lines are drawn anew once the steps stand
    line, upper, lower = (
        tab.page.locator(s).first.bounding_box() for s in (".line >> nth=1", ".step >> nth=1", ".step >> nth=2")
    )
    assert abs(line["y"] - (upper["y"] + upper["height"])) < 5
    assert abs(line["y"] + line["height"] - lower["y"]) < 5


def test_colours_and_text_size_are_kept_by_the_browser_on_every_page(address: str, browser: Any) -> None:
    tab = Tab(browser, address)
    tab.open("/settings")
    tab.page.get_by_label("Very large").check()
    assert tab.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"
    with tab.page.expect_navigation():
        tab.page.get_by_label("Dark").click()
    for path in ("/settings", "/library", "/"):
        tab.open(path)
        assert tab.page.locator(".stApp").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(18, 24, 22)", path
        assert tab.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px", path
    tab.open("/settings")
    assert tab.page.get_by_label("Dark").is_checked()


def test_a_file_can_be_added_by_keyboard(address: str, browser: Any) -> None:
    from playwright.sync_api import TimeoutError as Late

    tab = Tab(browser, address)
    tab.open("/library")
    for _ in range(5):  # a key that falls into a rerun of the page is lost, as a click is
        tab.settled()
        _tab_to(tab, "upload")
        try:
            with tab.page.expect_file_chooser(timeout=5_000) as chooser:
                tab.page.keyboard.press("Enter")
        except Late:
            continue
        break
    chooser.value.set_files([{"name": "rust.md", "mimeType": "text/markdown", "buffer": b"# Rust\n\nRust is a language.\n"}])
    tab.page.wait_for_selector("text=Added as uploads/rust.md")
    assert tab.foreign == []
