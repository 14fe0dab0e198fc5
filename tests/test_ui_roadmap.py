"""The roadmap page: the map, its list, the details of a step, marks that last, and asking about a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from ui_fakes import MARKDOWN
from ui_scene import keys, scene, text_of, updated, visit

from assistant.roadmap import Roadmap, Step
from ui.roadmap_map import facts, map_data
from ui.runtime import Runtime
from ui.step_view import questions

NUMPY = """---
id: numpy
phase: programming
level: beginner
prerequisites: [python]
hours: 15-25
skills: [broadcasting, "<img src=x onerror=alert(1)>"]
resources:
- {title: "NumPy docs", url: "https://numpy.org/doc/", kind: documentation, free: true}
- {title: "Evil [x](http://evil.example)", url: "javascript:alert(1)"}
---
# NumPy

NumPy is the library for arrays.

## What is an array?

A block of numbers of one type.

## Practice

Do it every day.
"""
PYTHON = "---\nid: python\nphase: programming\nprerequisites: []\n---\n# Python basics\n\nPython is a language.\n"
TREES = "---\nid: trees\nphase: ml\nprerequisites: [numpy]\n---\n# Trees\n\nTrees split data.\n"
FILES = {
    "topics/numpy.md": NUMPY,
    "topics/python.md": PYTHON,
    "topics/trees.md": TREES,
    "plan.md": MARKDOWN + "\n## Phase 3: Work\n\nApply for jobs.\n",
}


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runtime]:
    with scene(monkeypatch, tmp_path, FILES) as opened:
        yield opened


def _page(**parameters: str) -> AppTest:
    return visit("pages_roadmap", **parameters)


def _step(runtime: Runtime, title: str) -> Step:
    return next(step for roadmap in runtime.roadmaps() for step in roadmap.steps if step.title == title)


def _list() -> AppTest:
    page = _page()
    page.segmented_control(key="roadmap-view").set_value("List").run()
    assert not page.exception
    return page


def test_the_list_shows_phases_and_steps_with_what_is_ready(runtime: Runtime) -> None:
    page = _list()
    assert [subheader.value for subheader in page.subheader] == ["Programming", "Ml"]
    labels = [page.button(key=key).label.replace("\\", "") for key in keys(page, "step-")]
    assert labels == [
        "Python basics  \n:small[ready to start]",
        "NumPy  \n:small[beginner · 15-25 hours · not begun]",
        "Trees  \n:small[not begun]",
    ]
    assert page.get("progress")[0].proto.text == "0 of 3 steps done"
    assert [page.button(key=key).label for key in keys(page, "next-")] == ["Python basics"]


def test_a_step_opens_its_note_its_resources_and_its_neighbours(runtime: Runtime) -> None:
    page = _list()
    numpy = _step(runtime, "NumPy")
    page.button(key=f"step-{numpy.id}").click().run()
    assert page.query_params["s"] == numpy.id
    text = text_of(page)
    assert "Programming · beginner · 15-25 hours" in text
    assert "- broadcasting" in text
    assert "- [NumPy docs (numpy.org)](<https://numpy.org/doc/>) :small[documentation · free]" in text
    assert "(<javascript:" not in text
    assert "A block of numbers of one type." in text
    assert [page.button(key=key).label for key in (*keys(page, "befor-"), *keys(page, "after-"))] == ["Python basics", "Trees"]
    page.button(key=keys(page, "after-")[0]).click().run()
    assert page.query_params["s"] == _step(runtime, "Trees").id


def test_marks_are_kept_counted_and_change_what_is_next(runtime: Runtime) -> None:
    python, numpy = _step(runtime, "Python basics"), _step(runtime, "NumPy")
    page = _page(s=python.id)
    page.segmented_control(key=f"mark-{python.id}").set_value("done").run()
    assert not page.exception
    assert page.get("progress")[0].proto.text == "1 of 3 steps done"
    assert [page.button(key=key).label for key in keys(page, "next-")] == ["NumPy"]
    page = _page(s=numpy.id)
    page.segmented_control(key=f"mark-{numpy.id}").set_value("doing").run()
    page = _page()
    assert page.get("progress")[0].proto.text == "1 of 3 steps done, 1 being done"
    page = _page(s=numpy.id)
    assert page.segmented_control(key=f"mark-{numpy.id}").value == "doing"
    page.segmented_control(key=f"mark-{numpy.id}").set_value("").run()
    assert runtime.progress().marks([python, numpy]).states == {python.id: "done"}


def test_marks_survive_an_update_that_renames_and_rewrites_documents(runtime: Runtime, tmp_path: Path) -> None:
    runtime.progress().mark(_step(runtime, "NumPy"), "done")
    runtime.progress().mark(_step(runtime, "Trees"), "doing")
    topics = tmp_path / "corpus" / "topics"
    (topics / "numpy.md").unlink()
    (topics / "arrays.md").write_text(NUMPY.replace("id: numpy", "id: arrays").replace("Do it every day.", "Do it now."))
    (topics / "trees.md").unlink()
    (topics / "new.md").write_text(PYTHON.replace("python", "new").replace("Python", "New"))
    runtime.rebuild.start()
    updated(runtime)
    page = _list()
    assert page.get("progress")[0].proto.text == "1 of 3 steps done"
    assert "Trees :small[(doing)]" in text_of(page)
    (forget,) = keys(page, "forget-")
    page.button(key=forget).click().run()
    assert keys(page, "forget-") == []


def test_another_map_is_chosen_and_found_again_by_its_address(runtime: Runtime) -> None:
    topics, plan = runtime.roadmaps()[0], runtime.roadmaps()[-1]
    page = _list()
    page.selectbox(key="roadmap-map").set_value(plan.id).run()
    assert [subheader.value for subheader in page.subheader] == [phase.title for phase in plan.phases]
    assert page.query_params["m"] == plan.id
    assert _page(m=plan.id).selectbox(key="roadmap-map").value == plan.id
    assert _page(m="nothing").selectbox(key="roadmap-map").value == topics.id


def test_a_question_about_a_step_is_asked_in_a_new_conversation(runtime: Runtime) -> None:
    numpy = _step(runtime, "NumPy")
    page = _page(s=numpy.id)
    asked = keys(page, f"ask-{numpy.id}-")
    labels = [page.button(key=key).label.replace("\\", "") for key in asked]
    assert labels == [
        "What is NumPy, and why do I need it?",
        "How do I learn NumPy?",
        "What is an array?",
        "What do the documents say about “Practice”?",
    ]
    page.button(key=asked[2]).click().run()
    assert page.session_state["to_chat"]
    (conversation,) = runtime.conversations.recent()
    assert runtime.conversations.messages(conversation.id)[0].content == "What is an array?"


def test_a_question_of_ones_own_is_begun_with_the_name_of_the_step(runtime: Runtime) -> None:
    numpy = _step(runtime, "NumPy")
    page = _page(s=numpy.id)
    assert page.text_input(key=f"own-{numpy.id}").value == "NumPy: "
    page.text_input(key=f"own-{numpy.id}").set_value("NumPy: is it fast?")
    page.button(key=f"send-{numpy.id}").click().run()
    (conversation,) = runtime.conversations.recent()
    assert runtime.conversations.messages(conversation.id)[0].content == "NumPy: is it fast?"


def test_a_section_is_asked_about_by_its_document(runtime: Runtime) -> None:
    plan = runtime.roadmaps()[-1]
    assert plan.title == "A roadmap"
    document = runtime.document("plan.md")
    assert questions(plan, plan.steps[-1], document) == (f"What does “A roadmap” say about “{plan.steps[-1].title}”?",)


def test_questions_about_a_step_are_good_english_whatever_its_title_is(runtime: Runtime) -> None:
    topics, plan = runtime.roadmaps()[0], runtime.roadmaps()[-1]
    python = _step(runtime, "Python basics")
    assert questions(topics, python, runtime.document("topics/python.md")) == (
        "What is “Python basics” about, and why do I need it?",
        "What should I know about “Python basics”?",
    )
    asking = replace(plan.steps[-1], title="How long does it take?")
    assert questions(plan, asking, runtime.document("plan.md")) == ("How long does it take, according to “A roadmap”?",)


def test_an_unknown_step_closes_itself(runtime: Runtime) -> None:
    page = _page(s="0" * 16)
    assert "s" not in page.query_params
    assert page.title[0].value == "Roadmap"


def test_documents_without_headings_say_that_there_is_no_map(runtime: Runtime, tmp_path: Path) -> None:
    import shutil

    shutil.rmtree(tmp_path / "corpus")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("Only words, and nothing else at all.\n")
    runtime.rebuild.start()
    updated(runtime)
    assert "No roadmap can be drawn" in text_of(_page())


def test_without_a_folder_to_keep_progress_in_the_map_is_drawn_all_the_same(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = runtime.settings.model_copy(update={"data": tmp_path / "corpus" / "plan.md"})
    monkeypatch.setattr(runtime, "settings", broken)
    page = _page()
    assert not page.exception
    assert page.get("progress")[0].proto.text == "0 of 3 steps done"


def test_what_the_map_is_given_holds_every_step_once_and_only_plain_values(runtime: Runtime) -> None:
    roadmap: Roadmap = runtime.roadmaps()[0]
    python, numpy, trees = roadmap.steps
    data = map_data(roadmap, {python.id: "done", numpy.id: "doing"}, numpy.id)
    assert data["open"] == numpy.id
    assert [(phase["title"], phase["count"]) for phase in data["phases"]] == [
        ("Programming", "1 of 2 steps done"),
        ("Ml", "0 of 1 step done"),
    ]
    steps = [step for phase in data["phases"] for step in phase["steps"]]
    assert [(step["title"], step["state"], step["needs"]) for step in steps] == [
        ("Python basics", "done", []),
        ("NumPy", "doing", [python.id]),
        ("Trees", "open", [numpy.id]),
    ]
    assert [facts(step) for step in (python, numpy)] == ["", "beginner · 15-25 hours"]
    assert trees.id == steps[2]["id"]
