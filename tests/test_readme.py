"""The README against the program: commands, options, settings, make targets, links, and its Python example as it stands."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
import typer.main

from ui.cli import app
from ui.settings import read_settings, setting_keys

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "evals/README.md", "corpus/README.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = tuple(sorted(typer.main.get_command(app).commands))  # type: ignore[attr-defined]
TARGETS = ("serve", "test", "nightly", "lint", "types", "gate", "printables", "clean")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`roadmap {command}" in README


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_shown_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"(?:^ {4}|`|&& )roadmap ([a-z]+)", text, re.MULTILINE)
    assert set(shown) - set(COMMANDS) == set()


def test_every_option_that_the_readme_shows_exists() -> None:
    group = typer.main.get_command(app)
    parameters = [each for command in (group, *group.commands.values()) for each in command.params]  # type: ignore[attr-defined]
    options = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}
    lines = [line for line in README.splitlines() if "roadmap " in line]
    shown = {option for line in lines for option in re.findall(r"(?<!\S)\[?(--[a-z-]+)", line)}
    assert {"--host", "--gate", "--rebuild"} <= shown
    assert shown - options == set()


@pytest.mark.parametrize("key", setting_keys())
def test_every_setting_is_in_the_readme(key: str) -> None:
    assert f"`{key}`" in README


@pytest.mark.parametrize("block", _blocks("toml"))
def test_the_settings_that_the_readme_shows_are_valid(block: str, tmp_path: Path) -> None:
    file = tmp_path / "roadmap.toml"
    file.write_text(block, encoding="utf-8")
    assert tomllib.loads(block)
    read_settings(config=file)


def test_make_has_the_targets_that_are_named() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(TARGETS) <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    texts = [workflow, script, *((ROOT / page).read_text(encoding="utf-8") for page in PAGES)]
    named = {name for text in texts for name in re.findall(r"(?:^ *|run: |`)make ([a-z]+)\b(?! \w+ \w+)", text, re.MULTILINE)}
    assert {"serve", "test", "gate"} <= named <= set(TARGETS)


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_every_link_into_the_repository_leads_somewhere(page: str) -> None:
    text = re.sub(r"`[^`\n]*`", "", (ROOT / page).read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_python_example_prints_the_words_the_answer_rests_on(
    corpus_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(corpus_index, tmp_path / ".roadmap")
    monkeypatch.chdir(tmp_path)
    (example,) = _blocks("python")
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  # the example is run as a reader would
    printed = capsys.readouterr().out
    assert printed.startswith("1 ")
    assert ".md " in printed
