"""A visit to the chat by key, without a browser: the real index and store, and an assistant that plays a script."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from ui_fakes import ScriptedAssistant, WordLengthEmbedder, write_roadmap

from assistant.conversations import Conversations, open_conversations
from ui import assembly, shared
from ui.runtime import Runtime

APP = Path(__file__).parents[1] / "ui" / "app.py"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedAssistant]:
    """A corpus of one document with its index, and the assistant all visits get."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_roadmap(tmp_path / "corpus")
    assistant = ScriptedAssistant()
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
    monkeypatch.setattr(assembly, "open_assistant", lambda settings, library, write=True: assistant)
    assembly.build_index(shared.read_settings())
    st.cache_resource.clear()
    yield assistant
    assistant.gate.set()
    runtime = shared.shared_runtime()
    if runtime is not None:
        runtime.close()
    st.cache_resource.clear()


@pytest.fixture
def store(scripted: ScriptedAssistant, tmp_path: Path) -> Conversations:
    return open_conversations(tmp_path / ".roadmap")


def open_page(**parameters: str) -> AppTest:
    """A visit, after the models were loaded."""
    runtime = shared.shared_runtime()
    assert runtime is not None
    wait_until_ready(runtime)
    page = AppTest.from_file(str(APP), default_timeout=20)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def wait_until_ready(runtime: Runtime) -> None:
    """Until the models are there and the first questions are checked."""
    until(lambda: runtime.examples_ready or runtime.readiness == "failed")


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; something in another thread makes it so."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.01)


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input(key="question").set_value(question).run()
    assert not page.exception
    return page


def text_of(page: AppTest) -> str:
    """Everything that is written on the page, sidebar included."""
    elements = [*page.title, *page.markdown, *page.caption, *page.error, *page.warning, *page.info, *page.success]
    shown = [str(element.value) for element in elements]
    for answer in answers_of(page):
        for view in answer["views"]:
            shown += [view["title"], view["date"]]
            for sentence in view["sentences"]:
                number = f"{sentence['ordinal']}. " if sentence["ordinal"] is not None else ""
                shown.append(number + "".join(words for words, _ in sentence["runs"]))
        shown += [f"{source['numbers']} {source['title']} {source['changed']}" for source in answer["sources"]]
    return "\n".join(shown).replace("\\", "")


def answers_of(page: AppTest) -> list[dict[str, Any]]:
    """What the page's script is told of each answer, in order."""
    return drawn(page, "roadmap_answer")


def drawn(page: AppTest, component: str) -> list[dict[str, Any]]:
    """What a component of this name is told, in order."""
    found = [element.proto for element in page.get("bidi_component")]
    return [json.loads(proto.json or proto.mixed.json) for proto in found if proto.component_name == component]


def open_citation(page: AppTest, answer_id: str, marker: int, *, click: float = 1.0) -> AppTest:
    """What a click on a number does: the page's script tells the server which one it was, and which click."""
    protos = [element.proto for element in page.get("bidi_component")]
    (place,) = [proto.id for proto in protos if proto.id.endswith(f"words-{answer_id}")]
    told = json.dumps([{"event": "opened", "value": {"marker": marker, "click": click}}])
    states = page._tree.get_widget_states()
    states.widgets.append(WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{place}__events", json_trigger_value=told))
    page._run(states)
    assert not page.exception
    return page


def answer_ids(page: AppTest) -> list[str]:
    """The ids of the finished answers on the page, in order."""
    return [key.removeprefix("again-") for key in keys(page, "again-")]


def keys(page: AppTest, beginning: str) -> list[str]:
    return [button.key for button in page.button if button.key and button.key.startswith(beginning)]
