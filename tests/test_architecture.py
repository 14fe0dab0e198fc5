"""The frame of the code: imports point left only, each heavy library has one home, and nothing unsafe is switched on."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("ingest", "index", "assistant", "evals", "ui")  # each may import those before it
HOMES = {  # library -> the only files that may import it
    "pypdf": "ingest/pdf*.py",
    "pypdfium2": "ingest/pdf*.py",
    "PIL": "ingest/pdf_image.py",
    "docx": "ingest/docx*.py",
    "markdown_it": "ingest/*.py",
    "mdit_py_plugins": "ingest/*.py",
    "bs4": "ingest/*.py",
    "lxml": "ingest/*.py",
    "yaml": "ingest/*.py",
    "pathspec": "ingest/*.py",
    "sentence_transformers": "index/sentence_transformers_encoder.py",
    "faiss": "index/dense.py",
    "Stemmer": "index/terms.py",
    "filelock": "index/*.py",
    "huggingface_hub": "index/weights.py",
    "torch": "index/bert.py index/compute_threads.py index/embedder.py index/sentence_transformers_encoder.py assistant/*.py "
    "evals/fitting.py evals/tuning.py evals/train_*.py evals/benchmarks/throughput.py",
    # the embedder only silences its progress bar
    "transformers": "assistant/*.py evals/tuning.py index/sentence_transformers_encoder.py",
    "sqlalchemy": "assistant/*.py",
    "httpx": "assistant/served_model.py",
    "ir_measures": "evals/*.py",
    "scipy": "evals/*.py",
    "typer": "ui/*.py",
    "rich": "ui/*.py",
    "streamlit": "ui/*.py",
    "pydantic": "ui/settings.py",
    "pydantic_settings": "ui/settings.py",
}
SLOW = ("torch", "transformers", "sentence_transformers", "huggingface_hub", "sqlalchemy", "pypdf", "docx", "bs4", "scipy")
UNSAFE_MODULES = ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
UNSAFE_ARGUMENTS = ("trust_remote_code", "unsafe_allow_html", "allow_pickle", "unsafe_allow_javascript")


@dataclass(frozen=True)
class Import:
    """One imported module: where, and whether it happens when the importing module is loaded."""

    path: str  # below the root, with forward slashes
    line: int
    module: str

    @property
    def top(self) -> str:
        return self.module.split(".")[0]

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line} imports {self.module}"


@cache
def _trees() -> dict[str, ast.Module]:
    """Every module of the packages and of the corpus, by its path."""
    files = [path for package in (*PACKAGES, "corpus") for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in files}


@cache
def _imports() -> tuple[Import, ...]:
    found: list[Import] = []
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [Import(path, node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno}: relative import; write the package's name"
                found.append(Import(path, node.lineno, node.module or ""))
    return tuple(found)


def _keywords() -> Iterator[tuple[str, ast.keyword]]:
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from ((f"{path}:{node.lineno}", keyword) for keyword in node.keywords)


def test_imports_between_packages_point_left_only() -> None:
    wrong = [
        found.place
        for found in _imports()
        if found.top in PACKAGES
        and (found.path.startswith("corpus/") or PACKAGES.index(found.top) > PACKAGES.index(found.path.split("/")[0]))
    ]
    assert wrong == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_has_its_home(library: str) -> None:
    elsewhere = ("corpus/", "evals/benchmarks/contender_")
    users = [found for found in _imports() if found.top == library and not found.path.startswith(elsewhere)]
    homes = HOMES[library].split()
    assert users, f"nothing imports {library} any more: take it out of this table"
    assert [user.place for user in users if not any(fnmatch(user.path, home) for home in homes)] == []


@pytest.mark.parametrize("library", SLOW)
def test_nothing_slow_is_imported_before_a_command_runs(library: str) -> None:
    """Follows the imports that loading `ui.cli` causes; what stands inside functions or for type checkers does not count."""
    seen: set[str] = set()
    waiting = ["ui/cli.py"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        modules = _loaded_modules(_trees()[path])
        assert library not in {module.split(".")[0] for module in modules}, f"{path} imports {library} when it is loaded"
        for module in modules:
            file = module.replace(".", "/") + ".py"
            waiting += [name for name in (file, file.replace(".py", "/__init__.py")) if name in _trees()]
    assert len(seen) > 5


def _loaded_modules(tree: ast.Module) -> list[str]:
    """What a module imports when it is loaded."""
    modules: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return modules


def test_no_file_of_ui_hides_a_package_or_a_library() -> None:
    """Streamlit puts the folder of the app on the module path, before everything that is installed."""
    taken = {*PACKAGES, "corpus", "tests", *packages_distributions(), *sys.stdlib_module_names} - {"__init__"}
    assert [path for path in sorted(_trees()) if path.startswith("ui/") and Path(path).stem in taken] == []


def test_nothing_is_pickled() -> None:
    assert [found.place for found in _imports() if found.top in UNSAFE_MODULES] == []
    calls = [
        f"{path}:{node.lineno}"
        for path, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in _UNPICKLING
    ]
    assert calls == []


_UNPICKLING = {("torch", "load"), ("torch", "save"), ("pandas", "read_pickle"), ("pd", "read_pickle")}


@pytest.mark.parametrize("name", UNSAFE_ARGUMENTS)
def test_an_unsafe_argument_is_never_anything_but_false(name: str) -> None:
    wrong = [
        place
        for place, keyword in _keywords()
        if keyword.arg == name and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    ]
    assert wrong == []


def test_the_packages_that_are_installed_are_those_that_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["setuptools"]["packages"]) == {*PACKAGES, "corpus"}
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} <= set(PACKAGES)


def test_every_dependency_is_declared_and_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {_normal(re.split(r"[<>=!~\[; ]", requirement)[0]) for requirement in wanted}
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {_normal(line.split("==")[0]) for line in pins if re.fullmatch(r"[\w.-]+==[\w.]+", line)}
    assert names - pinned == set()

    provided = packages_distributions()
    rivals = "evals/benchmarks/contender_"  # each runs in the environment of evals/benchmarks/requirements.txt
    libraries = {found.top for found in _imports() if not found.path.startswith(("corpus/", rivals))}
    outside = libraries - set(PACKAGES) - sys.stdlib_module_names
    undeclared = {name for name in outside if not names & {_normal(source) for source in provided.get(name, [])}}
    assert undeclared == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
