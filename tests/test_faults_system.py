"""A system that is not as it should be: a wrong clock, a folder that cannot be written, an open umask, odd file names."""

from __future__ import annotations

import errno
import os
import random
import shutil
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from fakes import build, open_library, write_corpus
from faults_counts import Tally
from faults_scenes import CHANGED, FIRST, QUESTION

from index.folder import index_folder
from index.verify import verify_index

HERE = Path(__file__).parent
CLOCKS = ("1970-01-01T00:00:00+00:00", "2016-12-31T23:59:60+00:00", "2036-11-21T00:00:00+00:00", "2026-03-29T02:30:00+01:00")
NAMED = (  # names that some system, reader or shell stumbles over
    "CON.md", "nul.txt", "aux.md", "COM1.txt", "a:b.md", "ends.md.", "ends .md", " begins.md", "dash - .md", "-rf.md",
    "--help.md", "new\nline.md", "tab\there.md", "bell\a.md", "return\r.md", "quote'.md", 'double".md', "back\\slash.md",
    "star*.md", "what?.md", "less<.md", "more>.md", "pipe|.md", "percent%20.md", "dollar$HOME.md", "`id`.md", "$(id).md",
    "semi;colon.md", "and&and.md", "hash#.md", "[link](x).md", "<b>bold.md", "café.md", "cafe\u0301.md", "straße.md",
    "STRASSE.md", "I.md", "ı.md", "İ.md", "日本語.md", "עברית.md", "العربية.md", "emoji😀.md", "flag🇩🇪.md", "rtl\u202etxt.md",
    "zero\u200bwidth.md", "bom\ufeff.md", "wide\u3000space.md", "nbsp\u00a0.md", "dots...md", "two..dots.md", "~.md",
    "~user.md", "x" * 247 + ".md", "é" * 120 + ".md", "Case.md", "case.md", "CASE.md", "deep/" * 40 + "d.md", "twin/a.md",
    "Twin/a.md", "manifest.json.md", "CURRENT.md",
)  # fmt: skip


def test_the_order_of_generations_is_that_of_their_numbers_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    corpus, data = tmp_path / "corpus", tmp_path / "data"
    for number, moment in enumerate(CLOCKS, start=1):
        monkeypatch.setattr("index.build.now", lambda moment=moment: moment)
        write_corpus(corpus, {"plan.md": f"# Plan\n\nEdition {number} of the statistics plan.\n"})
        assert build(corpus, data).generation == number
        for path in data.rglob("*"):  # the newest looks oldest, and a lock from the future is no lock
            os.utime(path, (1e9 * (5 - number), 1e9 * (5 - number)))
        assert open_library(data).snapshot().generation == number
        pointer = index_folder(data) / "CURRENT"
        kept = pointer.read_bytes()
        pointer.unlink()
        assert open_library(data).snapshot().generation == number
        pointer.write_bytes(kept)
        assert verify_index(data).generation == number
    tally("T13", f"{len(CLOCKS)} clocks (1970, leap second, ten years ahead, changed to summer time): order by number only")


def test_everything_that_is_made_is_for_its_owner_only(tmp_path: Path, tally: Tally) -> None:
    data = tmp_path / "deep" / "data"
    before = os.umask(0)
    try:
        build(write_corpus(tmp_path / "corpus"), data)
    finally:
        os.umask(before)
    made = [data.parent, data, *data.rglob("*")]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in made}
    if os.name != "nt":
        assert {path: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}
    tally("T14", f"umask 000: {len(made)} files and folders of the index made with 0600 and 0700")


READ_ONLY = """
import sys
from pathlib import Path
from fakes import build, open_library
from index.storage import StorageFailed
data, corpus = Path(sys.argv[1]), Path(sys.argv[2])
print(len(open_library(data).snapshot().search(sys.argv[3], 3)))
try:
    build(corpus, data)
except StorageFailed as error:
    print(error)
print(open_library(data).snapshot().generation)
"""


def test_a_data_folder_that_cannot_be_written_still_answers(tmp_path: Path, tally: Tally) -> None:
    """On a mount that is really read-only: permissions would not stop an administrator."""
    corpus, data = write_corpus(tmp_path / "corpus", FIRST), tmp_path / "data"
    build(corpus, data)
    write_corpus(corpus, CHANGED)
    mount = f'mount --bind "{data}" "{data}" && mount -o remount,bind,ro "{data}" && exec "$@"'
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*inside, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a folder read-only")
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    command = [*inside, sys.executable, "-c", READ_ONLY, str(data), str(corpus), QUESTION]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    hits, refused, number = done.stdout.splitlines()
    assert (hits, number) == ("3", "1")
    assert os.strerror(errno.EROFS) in refused
    tally("T14", "read-only mount: questions are answered, a build is refused with the reason")


def test_documents_with_odd_names_are_indexed_each_under_its_own(tmp_path: Path, tally: Tally) -> None:
    corpus, data = tmp_path / "corpus", tmp_path / "data"
    corpus.mkdir()
    written: dict[str, str] = {}
    for at, name in enumerate(random.Random(3).sample(NAMED, len(NAMED))):
        path = corpus / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(f"# Topic {at}\n\nThis one is about qx{at}z.\n")
        except (OSError, ValueError):
            continue  # a name that this system does not have: reserved, or a twin of another
        written[path.relative_to(corpus).as_posix()] = f"qx{at}z"
    assert os.name == "nt" or sys.platform == "darwin" or len(written) == len(NAMED) >= 60
    report = build(corpus, data)
    refused = {state.id: state.reason for state in report.documents if state.action == "refused"}
    snapshot = open_library(data).snapshot()
    assert set(snapshot.documents) | set(refused) == set(written), "none is lost without a word"
    assert all(reason for reason in refused.values())
    assert len(refused) <= 3, refused
    for name, word in written.items():
        if name not in refused:
            # By its words alone: the embedder of the tests takes some words for others.
            found = snapshot.search(f"about {word}", 1, dense_weight=0.0)
            assert found[0].passage.document_id == name
    twins = [name for name in snapshot.documents if unicodedata.normalize("NFC", name) == "café.md"]
    assert len(twins) == 2 or sys.platform == "darwin"
    assert verify_index(data).passages == len(snapshot.passages)
    assert {path.name for path in data.iterdir()} == {"index"}
    tally(
        "T15",
        f"{len(written)} odd names: {len(written) - len(refused)} indexed and found, {len(refused)} refused with a reason",
    )
