"""Settings in: flags, then `ROADMAP_*` variables, `roadmap.toml`, choices of the settings page, defaults. One `Settings` out.

A nested key is written `[generator]` / `id = "…"` in the file and `ROADMAP_GENERATOR__ID` as a variable.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.origin import origin
from ingest.errors import RoadmapError
from ui import preferences

DEFAULT_CONFIG = Path("roadmap.toml")
DEFAULT_CORPUS = Path("corpus")
PREFIX = "ROADMAP_"
_INSTALLED = ("site-packages", "dist-packages")  # the folders that a starter corpus lies in when it is installed
_READ_ELSEWHERE = {"ROADMAP_CONFIG", "ROADMAP_MODELS"}  # the config file's path; the model folder, read by index.weights


class SettingsInvalid(RoadmapError):
    """A setting is unknown, or its value cannot be used."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EmbedderSettings(_Part):
    """Which model turns text into vectors: a Hugging Face id; empty means the bundled one."""

    id: str = ""
    revision: str = ""  # commit, tag or branch; empty means the pinned one


class GeneratorSettings(_Part):
    """Which model writes: a Hugging Face id, or `model` on an OpenAI-compatible `server`; empty means the bundled one."""

    id: str = ""
    revision: str = ""
    server: str = Field(default="", pattern=r"^(https?://\S+)?$")  # e.g. http://127.0.0.1:11434/v1
    model: str = ""  # its name on that server
    api_key: SecretStr = SecretStr("")


class VerifierSettings(_Part):
    """Which NLI model judges reworded sentences: a Hugging Face id; empty means the network that comes with the program."""

    id: str = ""
    revision: str = ""


class Settings(BaseSettings):
    """Everything that can be set, checked."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    corpus: Path = Field(default_factory=lambda: default_corpus())  # where an index records none: `recorded_corpus`
    data: Path = Path(".roadmap")
    embedder: EmbedderSettings = EmbedderSettings()
    generator: GeneratorSettings = GeneratorSettings()
    verifier: VerifierSettings = VerifierSettings()
    mode: Literal["auto", "quote", "write"] = "auto"
    threshold: float | None = Field(default=None, ge=0, le=1)  # least probability of being covered; None: the calibrated one
    host: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)
    k: int = Field(default=10, ge=1, le=1000)  # passages a search prints
    database: SecretStr = SecretStr("")  # SQLAlchemy URL of conversations and progress; empty: SQLite in the data folder
    manage: bool = True  # whether visitors of the chat may add and delete documents, change settings and erase

    chosen: ClassVar[Mapping[str, Any]] = {}  # on the settings page, nested
    _fixed: frozenset[str] | None = PrivateAttr(default=None)

    @property
    def fixed(self) -> frozenset[str]:
        """The dotted keys that flags, variables or `roadmap.toml` set, and the settings page cannot change."""
        return _given(self) if self._fixed is None else self._fixed

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, variables, file, choices: the earlier wins. No `.env`, no secrets folder."""
        file = TomlConfigSettingsSource(settings_cls, settings_cls.model_config.get("toml_file"))
        chosen = getattr(settings_cls, "chosen", {})
        return init_settings, env_settings, file, InitSettingsSource(settings_cls, init_kwargs=dict(chosen))

    def environment(self) -> dict[str, str]:
        """These settings as `ROADMAP_*` variables, for a child process: absolute paths, keys in clear.

        What was chosen on the settings page is left out: the child reads it itself, and can change it.
        """
        variables = {
            "CORPUS": str(self.corpus.absolute()),
            "DATA": str(self.data.absolute()),
            "MODE": self.mode,
            "HOST": self.host,
            "PORT": str(self.port),
            "K": str(self.k),
            "DATABASE": self.database.get_secret_value(),
            "MANAGE": str(self.manage).lower(),
            "EMBEDDER__ID": self.embedder.id,
            "EMBEDDER__REVISION": self.embedder.revision,
            "GENERATOR__ID": self.generator.id,
            "GENERATOR__REVISION": self.generator.revision,
            "GENERATOR__SERVER": self.generator.server,
            "GENERATOR__MODEL": self.generator.model,
            "GENERATOR__API_KEY": self.generator.api_key.get_secret_value(),
            "VERIFIER__ID": self.verifier.id,
            "VERIFIER__REVISION": self.verifier.revision,
        }
        if self.threshold is not None:
            variables["THRESHOLD"] = str(self.threshold)
        free = {_variable(key) for key in preferences.KEYS if key not in self.fixed}
        return {PREFIX + name: value for name, value in variables.items() if PREFIX + name not in free}


def default_corpus() -> Path:
    """`corpus` in the working directory where there is one, otherwise the starter corpus that is installed with the program."""
    return DEFAULT_CORPUS if DEFAULT_CORPUS.is_dir() else starter_corpus()


def starter_corpus() -> Path:
    """The folder of documents that comes with the program: beside this package, in a checkout and when installed."""
    return Path(__file__).resolve().parents[1] / "corpus"


def read_settings(flags: Mapping[str, Any] | None = None, *, config: Path | None = None) -> Settings:
    """The settings in force. `flags` are those given on the command line; `None` values count as not given.

    Raises `SettingsInvalid` when the file is missing or not TOML, when a key is unknown or a value out of range,
    PreferencesInvalid when what was chosen on the settings page cannot be read, and IndexDamaged or IndexUnreadable when
    the index does not tell its folder of documents and `flags` has a place for it: the command is about these documents.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    file = _config_file(config)
    _check_variables(os.environ)

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        settings = FromFile(**given)
    except ValidationError as exc:
        raise SettingsInvalid(_sentence(exc, given, file)) from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsInvalid(f"{file} is not valid TOML: {exc}; mend that line or remove the file.") from exc
    except UnicodeDecodeError as exc:
        raise SettingsInvalid(f"{file} is not UTF-8 text; save it as UTF-8.") from exc
    except OSError as exc:
        raise SettingsInvalid(f"{file} cannot be read ({exc.strerror}); check its permissions.") from exc
    fixed = _given(settings)
    if choices := preferences.read_preferences(settings.data):

        class WithChoices(FromFile):
            chosen: ClassVar[Mapping[str, Any]] = _nested(choices)

        try:
            settings = WithChoices(**given)
        except ValidationError as exc:
            raise SettingsInvalid(_sentence(exc, {}, preferences.preferences_file(settings.data))) from exc
    settings._fixed = fixed
    if "corpus" in settings.model_fields_set:
        return settings
    try:
        recorded = recorded_corpus(settings.data)
    except RoadmapError:
        if "corpus" in (flags or {}):  # the default would put other documents in the place of those that were indexed
            raise
        return settings  # what is wrong with the index is said where it is opened
    return settings if recorded is None else settings.model_copy(update={"corpus": recorded})


def recorded_corpus(data: Path) -> Path | None:
    """The folder that the index of a data folder was made from; None without an index, and where nobody chose it.

    A starter corpus gives way to `corpus` in the working directory, and one of that name to it when it is gone: then the
    working directory has been moved, or the program installed elsewhere. Raises IndexDamaged and IndexUnreadable as `origin`.
    """
    recorded = origin(data)
    if recorded is None or recorded == starter_corpus() or recorded.parent.name in _INSTALLED:
        return None
    moved = recorded.name == DEFAULT_CORPUS.name and DEFAULT_CORPUS.is_dir() and not recorded.exists()
    return None if moved else recorded


def _config_file(config: Path | None) -> Path | None:
    if config is None and os.environ.get("ROADMAP_CONFIG"):
        config = Path(os.environ["ROADMAP_CONFIG"])
    if config is None:
        return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None
    if not config.is_file():
        raise SettingsInvalid(f"The settings file {config} does not exist; check the path given with --config.")
    return config


def _check_variables(environment: Mapping[str, str]) -> None:
    """pydantic-settings passes over variables it does not know; a misspelt one would then silently do nothing."""
    known = {_variable(key) for key in setting_keys()} | _READ_ELSEWHERE
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsInvalid(f"The environment variable {name} is not a setting; there are: {', '.join(sorted(known))}.")


def setting_keys() -> tuple[str, ...]:
    """Every key, dotted where it is nested: `corpus`, `generator.id`, …"""
    keys: list[str] = []
    for name, field in Settings.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            keys += [f"{name}.{inner}" for inner in part.model_fields]
        else:
            keys.append(name)
    return tuple(keys)


def _given(settings: BaseModel, prefix: str = "") -> frozenset[str]:
    """The dotted keys that were set rather than left at their defaults."""
    keys: set[str] = set()
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        keys |= _given(value, f"{name}.") if isinstance(value, BaseModel) else {prefix + name}
    return frozenset(keys)


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys as tables: `generator.id` as `{"generator": {"id": …}}`."""
    tables: dict[str, Any] = {}
    for key, value in flat.items():
        table, _, inner = key.rpartition(".")
        (tables.setdefault(table, {}) if table else tables)[inner] = value
    return tables


def _variable(key: str) -> str:
    return PREFIX + key.replace(".", "__").upper()


def _sentence(exc: ValidationError, flags: Mapping[str, Any], file: Path | None) -> str:
    """The first problem as one sentence that says where it was set and what may stand there."""
    problem = exc.errors()[0]
    key = ".".join(str(part) for part in problem["loc"])
    variable = _variable(key)
    if key.split(".")[0] in flags:
        where = f"--{key}"
    elif variable in os.environ:
        where = variable
    else:
        where = str(file or DEFAULT_CONFIG)
    if problem["type"] == "extra_forbidden":
        return f"{where} sets “{key}”, which is not a setting; there are: {', '.join(setting_keys())}."
    message = str(problem["msg"]).replace("Input should be", "it must be")
    if problem["type"] == "string_pattern_mismatch":  # of the one setting that has a pattern
        message = "it must be an address that starts with http:// or https://, without spaces"
    value = "…" if key.endswith(("api_key", "database")) else repr(str(problem["input"])[:80])
    return f"{where} sets “{key}” to {value}, but {message}."
