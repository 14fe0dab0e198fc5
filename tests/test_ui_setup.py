"""The settings page: what is missing is named, choices hold now and after a restart, and erasing needs the word."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from ui_fakes import MARKDOWN, covered_answer
from ui_scene import scene, text_of, updated, visit

from assistant.conversations import open_conversations
from assistant.coverage import THRESHOLD
from assistant.erase import TABLES, EraseFailed, erase_records
from assistant.feedback import open_feedback
from assistant.progress import open_progress
from index.folder import numbers
from index.weights import HubModel
from ui import checkup, shared
from ui.checkup import look_at_index, look_at_models, look_at_places, size_of
from ui.preferences import preferences_file, read_preferences
from ui.runtime import Runtime
from ui.settings import read_settings


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runtime]:
    with scene(monkeypatch, tmp_path, {"plan.md": MARKDOWN, "bread.md": "# Bread\n\nBread needs flour.\n"}) as opened:
        yield opened


def _settings() -> AppTest:
    return visit("pages_settings")


def _save(page: AppTest) -> AppTest:
    page.button(key="save-settings").click().run()
    assert not page.exception
    return page


def test_when_all_is_well_the_page_says_so(runtime: Runtime) -> None:
    text = text_of(_settings())
    assert "Yes: models, index, folders, disk and address are as they should be." in text
    assert "Browsers on this machine open http://127.0.0.1:8501; no other machine can." in text


def test_what_is_missing_is_named_with_its_remedy(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "LEAST_FREE", 10**18)
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nText.\n")
    text = text_of(_settings())
    assert "Yes: models" not in text
    assert "free some, or an update of the index may fail" in text
    assert "1 documents have changed" not in text
    assert "1 document has changed since it was built; update the index." in text
    shutil.rmtree(tmp_path / ".roadmap" / "index")
    assert "There is no index" in text_of(_settings())


def test_missing_weights_and_a_silent_server_are_found(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "sources", lambda settings: (HubModel("nobody/nothing", "main"),))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = read_settings({"generator": {"server": f"http://127.0.0.1:{port}/v1", "model": "m"}})
    weights, server = look_at_models(settings)
    assert (weights.state, weights.told) == ("problem", "nobody/nothing is missing; run `roadmap models pull`.")
    assert server.state == "problem"
    assert "cannot be reached" in server.told
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = read_settings({"generator": {"server": f"http://127.0.0.1:{listening.getsockname()[1]}/v1", "model": ""}})
        assert "No model is named" in list(look_at_models(settings))[1].told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folders_that_cannot_be_written_are_found(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir(mode=0o500)
    (tmp_path / "data").mkdir(mode=0o500)
    found = {f.name: f for f in look_at_places(read_settings({"corpus": tmp_path / "corpus", "data": tmp_path / "data"}))}
    assert found["Data folder"].state == "problem"
    assert found["Uploads"].state == "warning"


def test_conversations_in_a_database_of_their_own_need_no_folder_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    flags = {"corpus": tmp_path, "data": tmp_path / "file" / "data"}  # nobody can write there, root neither
    (alone,) = (each for each in look_at_places(read_settings(flags)) if each.name == "Data folder")
    assert (alone.state, "conversations and the index cannot be kept" in alone.told) == ("problem", True)
    shared_url = {**flags, "database": "postgresql+psycopg://me@host/name"}
    (replica,) = (each for each in look_at_places(read_settings(shared_url)) if each.name == "Data folder")
    assert replica.state == "warning"
    assert "so the index cannot be updated from here" in replica.told


def test_places_that_are_not_there_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({"corpus": tmp_path / "nowhere", "data": tmp_path / "a" / "b", "host": "0.0.0.0"})
    found = {finding.name: finding for finding in look_at_places(settings)}
    assert found["Documents"].state == "problem"
    assert found["Data folder"].state == "ok", "it is made when it is needed"
    assert "asks nobody for a password, and every visitor may change documents" in found["Address"].told
    assert look_at_index(settings).state == "problem"
    assert not (tmp_path / "a").exists(), "looking leaves nothing behind"


def test_choices_hold_at_once_and_after_a_restart(runtime: Runtime) -> None:
    page = _settings()
    page.segmented_control(key="settings-mode").set_value("quote").run()
    page.toggle(key="settings-own-threshold").set_value(True).run()
    page.slider(key="settings-threshold").set_value(0.6).run()
    assert "Saved" in text_of(_save(page))
    assert (runtime.settings.mode, runtime.settings.threshold) == ("quote", 0.6)
    again = shared.read_settings()
    assert (again.mode, again.threshold) == ("quote", 0.6)
    page = _settings()
    assert page.slider(key="settings-threshold").value == 0.6
    page.toggle(key="settings-own-threshold").set_value(False).run()
    _save(page)
    assert shared.read_settings().threshold is None


def test_a_model_server_is_chosen_and_given_up_again(runtime: Runtime) -> None:
    page = _settings()
    page.radio(key="settings-writer").set_value("server").run()
    assert "Give the server's address" in _save(page).error[0].value.replace("\\", "")
    page.text_input(key="settings-server").set_value("file:///etc/passwd").run()
    page.text_input(key="settings-model").set_value("m").run()
    told = _save(page).error[0].value.replace("\\", "")
    assert told == "Give an address that starts with http:// or https://, without spaces."
    assert shared.read_settings().generator.server == "", "a wrong choice is not kept"
    page.text_input(key="settings-server").set_value("http://127.0.0.1:9/v1").run()
    _save(page)
    assert not runtime.private
    assert runtime.settings.generator.model == "m"
    page = _settings()
    assert page.text_input(key="settings-server").value == "http://127.0.0.1:9/v1"
    page.radio(key="settings-writer").set_value("bundled").run()
    _save(page)
    assert runtime.private
    assert "generator.server" not in read_preferences(runtime.settings.data)


def test_another_local_model_needs_its_name(runtime: Runtime) -> None:
    page = _settings()
    page.radio(key="settings-writer").set_value("local").run()
    assert "Name the model" in _save(page).error[0].value.replace("\\", "")
    page.text_input(key="settings-id").set_value("nobody/nothing").run()
    _save(page)
    assert shared.read_settings().generator.id == "nobody/nothing"
    (warning,) = page.warning
    assert warning.value.replace("\\", "") == "Saved. nobody/nothing is missing; run `roadmap models pull`."
    assert not page.success
    assert "nobody/nothing is missing; run" in text_of(_settings())


def test_what_was_typed_just_before_the_click_is_saved(runtime: Runtime) -> None:
    page = _settings()
    page.radio(key="settings-writer").set_value("local").run()
    page.text_input(key="settings-id").set_value("nobody/nothing")  # the same request brings both
    page.segmented_control(key="settings-mode").set_value("write")
    _save(page)
    assert (shared.read_settings().generator.id, shared.read_settings().mode) == ("nobody/nothing", "write")
    page.toggle(key="settings-own-threshold").set_value(True)  # its slider is not drawn yet
    _save(page)
    assert shared.read_settings().threshold == THRESHOLD


def test_a_judge_of_reworded_sentences_is_chosen_and_given_up_again(runtime: Runtime) -> None:
    page = _settings()
    page.text_input(key="settings-verifier").set_value(" nobody/judge ").run()
    page.text_input(key="settings-verifier-revision").set_value("v2").run()
    assert "Saved" in text_of(_save(page))
    assert (runtime.settings.verifier.id, runtime.settings.verifier.revision) == ("nobody/judge", "v2")
    assert shared.read_settings().verifier.id == "nobody/judge", "also after a restart"
    assert "nobody/judge is missing; run" in text_of(_settings())
    page = _settings()
    page.text_input(key="settings-verifier").set_value("").run()
    _save(page)
    assert "verifier.revision" not in read_preferences(runtime.settings.data)
    assert shared.read_settings().verifier.id == ""


def test_a_judge_that_is_set_elsewhere_cannot_be_changed_here(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text('[verifier]\nid = "nobody/judge"\n')
    runtime.change(shared.read_settings())
    page = _settings()
    assert page.text_input(key="settings-verifier").disabled
    _save(page)
    assert "verifier.id" not in read_preferences(runtime.settings.data)


def test_what_is_set_elsewhere_cannot_be_changed_here(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text('mode = "quote"\n[generator]\nmodel = "m"\nserver = "http://127.0.0.1:9/v1"\n')
    runtime.change(shared.read_settings())
    page = _settings()
    assert page.segmented_control(key="settings-mode").disabled
    assert page.radio(key="settings-writer").disabled
    assert not page.toggle(key="settings-own-threshold").disabled
    assert "Set by a flag, a variable or roadmap.toml" in text_of(page)
    page.toggle(key="settings-own-threshold").set_value(True).run()
    _save(page)
    assert set(read_preferences(runtime.settings.data)) == {"threshold"}


def test_where_managing_is_switched_off_nothing_can_be_changed_or_erased(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"manage": False}))
    page = _settings()
    assert page.segmented_control(key="settings-mode").disabled
    assert [button.key for button in page.button] == ["check-again"]


def test_where_data_lies_is_told(runtime: Runtime, tmp_path: Path) -> None:
    text = text_of(_settings())
    for place in ("corpus", "corpus/uploads", ".roadmap/index", ".roadmap/conversations.sqlite", ".roadmap/settings.toml"):
        assert str(tmp_path / place) in text
    assert "nothing there yet" in text
    assert size_of(tmp_path / "corpus" / "bread.md") == 28
    assert size_of(tmp_path / "corpus") == 28 + len(MARKDOWN)
    (tmp_path / "corpus" / "bread.md-wal").write_bytes(b"not moved into it yet")
    assert size_of(tmp_path / "corpus" / "bread.md") == 28 + 21


def _leave_traces(runtime: Runtime) -> None:
    conversation = runtime.conversations.start("My secret question")
    answer_id = runtime.conversations.ask(conversation, "My secret question")
    runtime.conversations.write(answer_id, covered_answer("My secret question"), "done")
    runtime.feedback().add("down", covered_answer("My secret question"), comment="secret")
    runtime.progress().mark(runtime.roadmaps()[0].steps[0], "done")
    runtime.uploads.add("secret.md", b"# Secret\n\nA secret document.\n")


def _erase(page: AppTest, word: str, *kept: str) -> AppTest:
    for part in kept:
        page.checkbox(key=f"erase-{part}").uncheck()
    page.text_input(key="erase-word").set_value(word)
    page.button(key="erase-now").click().run()
    assert not page.exception
    return page


def test_erasing_needs_the_word(runtime: Runtime) -> None:
    _leave_traces(runtime)
    assert "Nothing was erased" in text_of(_erase(_settings(), ""))
    assert "Nothing was erased" in text_of(_erase(_settings(), "yes"))
    assert "nothing was chosen" in text_of(_erase(_settings(), "erase", "records", "uploads", "index", "choices"))
    assert runtime.conversations.count() == 1
    assert runtime.uploads.files() == ("uploads/secret.md",)


def test_erasing_everything_leaves_no_byte_of_it_and_the_program_goes_on(runtime: Runtime, tmp_path: Path) -> None:
    _leave_traces(runtime)
    runtime.rebuild.start()
    updated(runtime)
    page = _settings()
    page.segmented_control(key="settings-mode").set_value("quote").run()
    _save(page)
    text = text_of(_erase(page, " Erase "))
    assert "Erased:" in text
    updated(runtime)
    assert runtime.conversations.recent() == ()
    assert runtime.feedback().count() == 0
    assert runtime.progress().marks(runtime.roadmaps()[0].steps).states == {}
    assert runtime.uploads.files() == ()
    assert not preferences_file(runtime.settings.data).exists()
    left = [path for path in (tmp_path / ".roadmap").rglob("*") if path.is_file() and b"secret" in path.read_bytes().lower()]
    assert left == []
    assert numbers(runtime.settings.data) == [1], "built anew from what is left"
    assert set(runtime.library.snapshot().documents) == {"plan.md", "bread.md"}


def test_that_it_was_erased_is_told_until_the_update_that_follows_has_ended(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _settings()
    page.text_input(key="erase-word").set_value("erase")
    page.button(key="erase-now").click().run()
    updated(runtime)
    ended = runtime.rebuild.view()
    monkeypatch.setattr(runtime.rebuild, "view", lambda: replace(ended, state="running"))
    page = _settings()
    page.text_input(key="erase-word").set_value("erase")
    page.button(key="erase-now").click().run()
    assert "Erased:" in text_of(page.run())
    monkeypatch.setattr(runtime.rebuild, "view", lambda: ended)
    assert "Erased:" in text_of(page.run()), "the end of the update draws the page anew"
    assert "Erased:" not in text_of(page.run())


def test_only_what_was_chosen_is_erased(runtime: Runtime) -> None:
    _leave_traces(runtime)
    _erase(_settings(), "erase", "uploads", "index", "choices")
    assert runtime.conversations.recent() == ()
    assert runtime.uploads.files() == ("uploads/secret.md",)
    assert numbers(runtime.settings.data) == [1]


def test_every_table_the_stores_make_is_erased_and_no_other(tmp_path: Path) -> None:
    for store in (open_conversations(tmp_path), open_feedback(tmp_path), open_progress(tmp_path)):
        store.close()
    file = tmp_path / "conversations.sqlite"
    with sqlite3.connect(file) as connection:
        made = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert made - {"sqlite_sequence"} == set(TABLES)
        connection.execute("CREATE TABLE stranger (x)")
        connection.execute("INSERT INTO stranger VALUES (1)")
    connection.close()
    assert erase_records(tmp_path) == 0
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM stranger").fetchone() == (1,)
    connection.close()


def test_what_cannot_be_erased_is_said(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(EraseFailed, match="could not all be deleted"):
        erase_records(tmp_path)


@pytest.mark.parametrize("url", ["nosuch://localhost/x", "nonsense", "postgresql+psycopg://u:p@h:port/x"])
def test_a_database_that_cannot_be_used_is_not_erased_and_said(tmp_path: Path, url: str) -> None:
    with pytest.raises(EraseFailed, match="check its URL"):
        erase_records(tmp_path, url)


def test_serve_tells_what_stands_in_its_way_before_it_fetches_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ui.commands_serve import prepare

    class Fetched(Exception):
        pass

    def fetch(*_: object) -> None:
        raise Fetched

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkup, "LEAST_FREE", 10**18)
    monkeypatch.setattr("index.weights.is_present", lambda source: False)
    monkeypatch.setattr("index.weights.pull", fetch)
    with pytest.raises(Fetched):
        prepare(read_settings({"corpus": _corpus(tmp_path)}))
    assert "Warning: Disk: " in capsys.readouterr().err


def _corpus(folder: Path) -> Path:
    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_text("# A\n\nText.\n")
    return folder / "docs"
