"""Which setting wins, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import build, write_corpus
from hypothesis import given
from hypothesis import strategies as st

from index import generation
from index.folder import folder_of
from index.manifest import Manifest, now
from ingest.errors import CorpusEmpty, RoadmapError
from ui.preferences import KEYS, read_preferences, write_preferences
from ui.settings import Settings, SettingsInvalid, read_settings, setting_keys, starter_corpus


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("ROADMAP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_flags_win_over_variables_and_variables_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roadmap.toml").write_text('port = 1001\nmode = "quote"\nk = 5\n')
    monkeypatch.setenv("ROADMAP_PORT", "1002")
    monkeypatch.setenv("ROADMAP_MODE", "write")
    settings = read_settings({"port": 1003, "mode": None})
    assert (settings.port, settings.mode, settings.k) == (1003, "write", 5)


def test_the_file_of_the_working_directory_is_read_only_when_there_is_one(tmp_path: Path) -> None:
    assert read_settings().port == 8501
    (tmp_path / "roadmap.toml").write_text("port = 9000\n")
    assert read_settings().port == 9000


def test_nested_keys_come_from_a_table_and_from_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roadmap.toml").write_text('[generator]\nserver = "http://127.0.0.1:11434/v1"\nmodel = "a"\n')
    monkeypatch.setenv("ROADMAP_GENERATOR__MODEL", "b")
    settings = read_settings()
    assert (settings.generator.server, settings.generator.model) == ("http://127.0.0.1:11434/v1", "b")


def test_corpus_is_the_folder_here_or_else_the_starter_corpus(tmp_path: Path) -> None:
    assert read_settings().corpus == starter_corpus()
    (tmp_path / "corpus").mkdir()
    assert read_settings().corpus == Path("corpus")


def test_an_index_is_kept_up_with_the_folder_it_was_made_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, data = write_corpus(tmp_path / "mine"), tmp_path / "data"
    build(mine, data)
    (tmp_path / "corpus").mkdir()
    assert read_settings({"data": data}).corpus == mine
    assert "corpus" not in read_settings({"data": data}).fixed
    assert read_settings().corpus == Path("corpus"), "another data folder"
    assert read_settings({"data": data, "corpus": tmp_path / "other"}).corpus == tmp_path / "other"
    (tmp_path / "roadmap.toml").write_text('corpus = "set"\n')
    assert read_settings({"data": data}).corpus == Path("set")
    (tmp_path / "roadmap.toml").unlink()
    mine.rename(tmp_path / "moved")
    assert read_settings({"data": data}).corpus == mine, "what is gone is named and not replaced"


def test_a_damaged_index_still_tells_its_folder_or_that_it_must_be_named(tmp_path: Path) -> None:
    mine, data = write_corpus(tmp_path / "mine"), tmp_path / "data"
    build(mine, data)
    write_corpus(mine, {"a.md": "# A\n\nText.\n"})
    build(mine, data)
    (tmp_path / "corpus").mkdir()
    (data / "index" / "CURRENT").unlink()
    assert read_settings({"data": data, "corpus": None}).corpus == mine
    manifest = Manifest(3, now(), "e", "d", 2, 900, 0, 0, str(tmp_path / "newer"), (), format=99)
    generation.storage.make_folder(folder_of(data, 3))
    (folder_of(data, 3) / "manifest.json").write_bytes(b"".join(manifest.written()))
    assert read_settings({"data": data, "corpus": None}).corpus == tmp_path / "newer", "of a later version of the program"
    for number in (1, 2, 3):
        (folder_of(data, number) / "manifest.json").write_text("{}")
    with pytest.raises(RoadmapError, match="name the folder with --corpus"):
        read_settings({"data": data, "corpus": None})
    assert read_settings({"data": data}).corpus == Path("corpus"), "`roadmap verify` says what is wrong and needs no documents"
    assert read_settings({"data": data, "corpus": mine}).corpus == mine


def test_an_index_that_was_removed_with_its_documents_is_made_of_the_same_folder_again(tmp_path: Path) -> None:
    mine, data = write_corpus(tmp_path / "mine"), tmp_path / "data"
    build(mine, data)
    write_corpus(mine, {})
    with pytest.raises(CorpusEmpty):
        build(mine, data)
    assert read_settings({"data": data}).corpus == mine


def test_a_default_corpus_that_moved_with_its_folder_is_the_default_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    build(write_corpus(old / "corpus"), old / ".roadmap")
    monkeypatch.chdir(old.rename(tmp_path / "new"))
    assert read_settings().corpus == Path("corpus")


def test_a_starter_corpus_gives_way_to_the_folder_here(tmp_path: Path) -> None:
    for number, starter in enumerate((starter_corpus(), tmp_path / "site-packages" / "corpus")):
        data = tmp_path / str(number)
        manifest = Manifest(1, now(), "e", "d", 2, 900, 0, 0, str(starter), ())
        generation.storage.make_folder(folder_of(data, 1))
        (folder_of(data, 1) / "manifest.json").write_bytes(b"".join(manifest.written()))
        generation.publish(data, 1)
        assert read_settings({"data": data}).corpus == starter_corpus()


def test_the_starter_corpus_holds_documents() -> None:
    assert list(starter_corpus().rglob("*.md"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prot = 1\n", "“prot”, which is not a setting; there are: corpus, data"),
        ("[generator]\nidd = 1\n", "“generator.idd”, which is not a setting"),
        ("port = 70000\n", "“port” to '70000', but it must be less than or equal to 65535"),
        ('mode = "sing"\n', "“mode” to 'sing', but it must be 'auto', 'quote' or 'write'"),
        ("threshold = 2\n", "“threshold” to '2', but it must be less than or equal to 1"),
        ("port = \n", "is not valid TOML"),
        ('[generator]\nserver = "ftp://x"\n', "to 'ftp://x', but it must be an address that starts with http:// or"),
    ],
)
def test_a_wrong_file_is_one_sentence_that_names_the_file(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(SettingsInvalid) as raised:
        read_settings(config=file)
    assert expected in str(raised.value)
    assert "mine.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_PORT", "many")
    with pytest.raises(SettingsInvalid, match=r"^ROADMAP_PORT sets"):
        read_settings()


def test_a_misspelt_variable_is_an_error_instead_of_being_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_PROT", "1")
    with pytest.raises(SettingsInvalid, match="ROADMAP_PROT is not a setting"):
        read_settings()


def test_a_wrong_flag_is_named() -> None:
    with pytest.raises(SettingsInvalid, match=r"^--mode sets"):
        read_settings({"mode": "sing"})


def test_an_api_key_is_never_part_of_a_message_or_of_the_printed_settings(tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text("[generator]\napi_key = 12345678\n")
    with pytest.raises(SettingsInvalid) as raised:
        read_settings()
    assert "12345678" not in str(raised.value)
    (tmp_path / "roadmap.toml").write_text('[generator]\napi_key = "top-secret"\n')
    assert "top-secret" not in repr(read_settings())


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"nowhere\.toml does not exist"):
        read_settings(config=tmp_path / "nowhere.toml")


def test_settings_pass_to_a_child_process_without_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roadmap.toml").write_text(
        'corpus = "c"\nthreshold = 0.25\n[generator]\nserver = "http://h/v1"\nmodel = "m"\napi_key = "k"\n'
    )
    before = read_settings({"port": 1234})
    variables = before.environment()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    after = read_settings()
    assert after.model_dump(exclude={"corpus", "data"}) == before.model_dump(exclude={"corpus", "data"})
    assert (after.corpus, after.data) == (tmp_path / "c", tmp_path / ".roadmap")


def test_every_setting_has_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = {"id": "a/b", "revision": "main", "server": "http://h/v1", "model": "m"}
    verifier = {"id": "a/c", "revision": "main"}
    settings = read_settings({"threshold": 0.5, "mode": "quote", "generator": generator, "verifier": verifier})
    names = {f"ROADMAP_{key.replace('.', '__').upper()}" for key in setting_keys()}
    assert set(settings.environment()) == names
    assert isinstance(settings, Settings)


def test_choices_of_the_settings_page_are_weaker_than_everything_but_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "roadmap.toml").write_text('data = "d"\nmode = "quote"\n[generator]\nmodel = "of the file"\n')
    chosen = {"mode": "write", "threshold": 0.25, "generator.model": "chosen", "generator.server": "http://h/v1"}
    write_preferences(tmp_path / "d", chosen)
    settings = read_settings()
    assert (settings.mode, settings.threshold) == ("quote", 0.25)
    assert (settings.generator.model, settings.generator.server) == ("of the file", "http://h/v1")
    assert settings.fixed == {"data", "mode", "generator.model"}
    monkeypatch.setenv("ROADMAP_THRESHOLD", "0.65")
    assert read_settings().threshold == 0.65


def test_a_child_process_reads_the_choices_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_preferences(tmp_path / "d", {"mode": "write", "threshold": 0.25})
    parent = read_settings({"data": tmp_path / "d", "mode": "quote"})
    for name, value in parent.environment().items():
        monkeypatch.setenv(name, value)
    assert "ROADMAP_THRESHOLD" not in parent.environment()
    child = read_settings()
    assert (child.mode, child.threshold) == ("quote", 0.25)
    write_preferences(tmp_path / "d", {"threshold": 0.5})
    assert read_settings().threshold == 0.5


@given(st.dictionaries(st.sampled_from(KEYS), st.text(), max_size=6))
def test_what_is_chosen_is_read_back(tmp_path_factory: pytest.TempPathFactory, chosen: dict[str, str]) -> None:
    data = tmp_path_factory.mktemp("choices")
    write_preferences(data, chosen)
    expected = {name: value.encode("utf-8", "replace").decode() for name, value in chosen.items()}
    assert read_preferences(data) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mode = ", "it is damaged"),
        ("port = 1\n", "“port”, which is no choice"),
        ("mode = [1]\n", "“mode”, which is no choice"),
        ('threshold = "high"\n', "“threshold” to 'high'"),
        ("\xff", "it is damaged"),
    ],
)
def test_wrong_choices_are_one_sentence_that_names_their_file(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / ".roadmap").mkdir()
    (tmp_path / ".roadmap" / "settings.toml").write_text(text, encoding="latin-1")
    with pytest.raises(RoadmapError) as raised:
        read_settings()
    assert expected in str(raised.value)
    assert "settings.toml" in str(raised.value)


def test_the_password_of_the_database_is_never_printed() -> None:
    assert "hunter2" not in repr(read_settings({"database": "postgresql://me:hunter2@h/db"}))
