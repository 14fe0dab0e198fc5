"""A browser on the program with models that are computable by hand, and a tab that watches what it does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ui_fakes import WordLengthEmbedder

from ui import assembly, server
from ui.settings import Settings, read_settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
FIELD = '[data-testid="stChatInputTextArea"]'
# Walks the page with its shadow roots; what it returns should not be there.
_STRANGE = """() => {
  const found = [], places = ['stMainBlockContainer', 'stDialog', 'stSidebarContent', 'stToastContainer', 'stBottom'];
  const fetching = 'img, iframe, object, embed, video[src], audio[src], picture, source, base, meta, form[action], script, link'
    + ', image, use';
  const look = (root) => {
    for (const e of root.querySelectorAll('*')) {
      if (e.matches(fetching)) found.push(e.outerHTML.slice(0, 200));
      const address = e.getAttribute('href') || e.getAttribute('xlink:href') || '';
      if (address && !/^(https?:|mailto:|#|\\/(?!\\/))/i.test(address)) found.push(e.outerHTML.slice(0, 200));
      for (const a of e.attributes) if (/^on/i.test(a.name)) found.push(e.outerHTML.slice(0, 200));
      if (/url\\(/i.test(e.getAttribute('style') || '')) found.push(e.outerHTML.slice(0, 200));
      if (e.shadowRoot) look(e.shadowRoot);
    }
  };
  for (const id of places) document.querySelectorAll(`[data-testid=${id}]`).forEach(look);
  return found;
}"""
# Notes, from the moment of the Enter that asks `question`, after how many milliseconds its first words and its end are seen.
_WATCH = """(question) => {
  const seen = window.__seen = {};
  const asked = (e) => { if (e.key === 'Enter') seen.enter = performance.now(); };
  document.querySelector('[data-testid=stChatInputTextArea]').addEventListener('keydown', asked, {capture: true, once: true});
  const note = (name) => { seen[name] ??= performance.now() - seen.enter; };
  new MutationObserver((_, observer) => {
    const latest = document.querySelector('.st-key-latest');
    if (!seen.enter || !latest || !latest.innerText.includes(question)) return;
    note('question');
    if (latest.querySelector('.ra-sentence, [class*=st-key-gap-]')) note('words');
    if (latest.querySelector('.ra-copy, [class*=st-key-gap-]')) { note('end'); observer.disconnect(); }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
_WIDER = """() => {
  const boxes = ['html', '[data-testid=stMain]', '[data-testid=stAppScrollToBottomContainer]', '[data-testid=stDialog]'];
  return Math.max(...boxes.flatMap(s => [...document.querySelectorAll(s)]).map(e => e.scrollWidth)) - window.innerWidth;
}"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The program over `folder/corpus`, indexed; its address."""
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


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds after Enter at which a tab showed the question, the first words of its answer, and all of it."""

    question: float
    words: float
    end: float


class Tab:
    """One tab, and everything it asked for, said or ran that it should not have."""

    def __init__(self, browser: Any, base: str, *, dark: bool = False, width: int = 1280, scale: float = 1.0) -> None:
        self.base = base
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            device_scale_factor=scale,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)  # two busy cores
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _note(self, url: str) -> None:
        if not url.startswith((self.base, self.base.replace("http", "ws", 1), "data:", "blob:")):
            self.foreign.append(url)

    def open(self, path: str, selector: str = '[data-testid="stMainBlockContainer"] h1') -> None:
        """Go there and wait until the page has been drawn."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector(selector)
        self.settled()

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        field = self.page.locator(FIELD)
        field.fill(question)
        field.press("Enter")

    def answered(self, number: int = 1) -> None:
        """Wait until this many answers are finished."""
        self.page.wait_for_function("n => document.querySelectorAll('.ra-copy, [class*=st-key-gap-]').length >= n", arg=number)

    def timed(self, question: str) -> Seen:
        """Ask, wait for the whole answer, and say when its parts were seen."""
        self.page.evaluate(_WATCH, question)
        self.ask(question)
        self.page.wait_for_function("window.__seen.end !== undefined")
        seen = self.page.evaluate("window.__seen")
        return Seen(seen["question"] / 1000, seen["words"] / 1000, seen["end"] / 1000)

    def settled(self) -> None:
        """Wait until the server has nothing more to draw."""
        self.page.wait_for_function(
            "() => document.querySelector('.stApp')?.dataset.testScriptState !== 'running'"
            " && !document.querySelector('[data-testid=stSkeleton]')"
        )
        self.page.wait_for_timeout(150)

    def press(self, selector: str, seen: str, *, text: str = "") -> None:
        """Click until `seen` is there: a click that falls into a rerun of the page is lost."""
        from playwright.sync_api import TimeoutError as Late

        for _ in range(5):
            self.page.locator(selector, has_text=text).first.click()
            try:
                self.page.wait_for_selector(seen, timeout=10_000)
            except Late:
                continue
            self.settled()
            return
        raise AssertionError(f"{seen} was not there after clicks on {selector}")

    def check(self) -> None:
        """Nothing was fetched from elsewhere, nothing ran, and nothing that could is on the page."""
        assert not self.foreign, f"fetched: {self.foreign[:3]}"
        assert not self.dialogs, f"ran: {self.dialogs[:3]}"
        assert self.page.evaluate("window.__run") is None, "ran"
        strange = self.page.evaluate(_STRANGE)
        assert not strange, f"on the page: {strange[:3]}"
        assert self.page.url.startswith(self.base)

    def wider(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate(_WIDER))

    def upload(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Drop files on the library page."""
        field = self.page.locator('[data-testid="stFileUploaderDropzoneInput"]')
        field.set_input_files([{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files])
        self.page.wait_for_selector(".st-key-uploaded")

    def close(self) -> None:
        """Close it."""
        self.context.close()
