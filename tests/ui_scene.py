"""A corpus with its index, and one page of the program over it: the real runtime with an assistant that plays a script."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from ui_fake_index import COMMAND
from ui_fakes import ScriptedAssistant, WordLengthEmbedder

from ui import assembly, shared
from ui.rebuild import Rebuild
from ui.runtime import Runtime
from ui.server import environment

TESTS = Path(__file__).parent


@contextmanager
def scene(patch: pytest.MonkeyPatch, folder: Path, files: Mapping[str, str]) -> Iterator[Runtime]:
    """The runtime of a program started in `folder`, whose `corpus/` holds these files and is indexed."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_"):
            patch.delenv(name)
    patch.chdir(folder)
    for name, text in files.items():
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    patch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
    patch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
    patch.setattr(assembly, "open_assistant", lambda settings, library, write=True: ScriptedAssistant())
    assembly.build_index(shared.read_settings())
    st.cache_resource.clear()
    runtime = shared.shared_runtime()
    assert runtime is not None
    runtime.rebuild = fake_rebuild(runtime)
    deadline = time.monotonic() + 20
    while not runtime.examples_ready:
        assert time.monotonic() < deadline, runtime.problem
        time.sleep(0.01)
    yield runtime
    runtime.close()
    st.cache_resource.clear()


def fake_rebuild(runtime: Runtime) -> Rebuild:
    """Updates of the index with the embedder of the tests."""
    variables = environment(runtime.settings)
    variables["PYTHONPATH"] = os.pathsep.join([str(TESTS), variables["PYTHONPATH"]])
    return Rebuild(COMMAND, variables)


def updated(runtime: Runtime) -> None:
    """Wait until no update runs."""
    deadline = time.monotonic() + 60
    while runtime.rebuild.view().state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    view = runtime.rebuild.view()
    assert view.state == "done", view.error
    runtime.look_again()


def visit(module: str, **parameters: str) -> AppTest:
    """A visit to the page of this module of `ui`."""
    page = AppTest.from_string(f"from ui.{module} import page\npage()\n", default_timeout=20)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def text_of(page: AppTest) -> str:
    """Everything that is written on the page, without the backslashes of Markdown."""
    elements = [
        *page.title,
        *page.subheader,
        *page.markdown,
        *page.caption,
        *page.error,
        *page.warning,
        *page.info,
        *page.success,
    ]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def keys(page: AppTest, beginning: str) -> list[str]:
    """The keys of buttons that begin so."""
    return [button.key for button in page.button if button.key and button.key.startswith(beginning)]
