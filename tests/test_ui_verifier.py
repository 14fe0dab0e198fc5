"""The setting `verifier.id`: a tiny NLI model, randomly initialised but for its last bias, takes the network's place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from fakes import ScriptedGenerator, build, open_library, write_corpus
from typer.testing import CliRunner

from assistant.answer import Answer, Citation, Sentence
from assistant.verify import SUPPORTED, support
from assistant.write import Writing, best_support
from evals.answers import supported_share
from index.weights import WeightsMissing, models_folder, pull
from ui.assembly import load_generator, open_assistant, open_verifier, sources, verifier_source
from ui.cli import app
from ui.eval_bench import support_of
from ui.settings import Settings, read_settings

NLI = {"id": "someone/tiny-nli", "revision": "v1"}
QUOTE = "Structured query language comes after the first project."
FAR = "Once a project is finished, the learner turns to structured query language."  # right, and refused by the network
CITATION = Citation(1, "plan.md", "Plan", (), None, 0, len(QUOTE), QUOTE)
QUOTED = (Sentence(QUOTE, "quoted", (1,), 1.0),)


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the hub send an NLI model that finds one label everywhere; on this machine are the bundled weights only."""
    import huggingface_hub
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder, bundled = tmp_path / "sent", models_folder()
    words = "[PAD] [UNK] [CLS] [SEP] structured query language project first comes after".split()
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    (tmp_path / "models").mkdir()
    for source in sources(read_settings()):
        name = bundled / source.model_id.replace("/", "--")
        (tmp_path / "models" / name.name).symlink_to(name, target_is_directory=True)
    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path / "models"))

    def send(label: str) -> None:
        labels = ("contradiction", "neutral", "entailment")
        config = BertConfig(
            vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
            max_position_embeddings=64, id2label=dict(enumerate(labels)),
            label2id={name: number for number, name in enumerate(labels)},
        )  # fmt: skip
        model = BertForSequenceClassification(config)
        with torch.no_grad():
            model.classifier.bias[labels.index(label)] = 9.0
        model.save_pretrained(folder)
        BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(folder)

    class Info:
        sha = "c" * 40

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: Info())
    monkeypatch.setattr(
        huggingface_hub,
        "snapshot_download",
        lambda model_id, *, revision, allow_patterns, local_dir: shutil.copytree(folder, local_dir, dirs_exist_ok=True),
    )
    return send


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def settings() -> Settings:
    return read_settings({"verifier": NLI})


def test_models_lists_it_and_pulls_it(publish: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    publish("entailment")
    monkeypatch.setenv("ROADMAP_VERIFIER__ID", NLI["id"])
    runner = CliRunner()
    before = json.loads(runner.invoke(app, ["models", "--json"]).stdout)
    assert [(model["role"], model["present"]) for model in before][-1] == ("verifier", False)
    after = json.loads(runner.invoke(app, ["models", "pull", "--json"]).stdout)
    assert [(model["id"], model["present"]) for model in after][-1] == (NLI["id"], True)


def test_without_the_setting_there_is_none() -> None:
    plain = read_settings()
    assert verifier_source(plain) is None
    assert open_verifier(plain) is None
    assert [source.role for source in sources(plain)] == ["embedder", "generator"]


def test_it_judges_what_the_network_refuses(publish: Callable[[str], None]) -> None:
    assert support(FAR, [QUOTE]) < SUPPORTED
    for label, shown in (("entailment", FAR), ("contradiction", QUOTE)):
        publish(label)
        shutil.rmtree(models_folder() / "someone--tiny-nli", ignore_errors=True)
        chosen = settings()
        source = verifier_source(chosen)
        assert source is not None
        pull(source)
        entails = open_verifier(chosen)
        assert entails is not None
        sentences = list(Writing("When is SQL learned?", QUOTED, [CITATION], ScriptedGenerator(FAR), entails=entails))
        assert [(sentence.text, sentence.citations) for sentence in sentences] == [(shown, (1,))]


def test_a_changed_figure_is_withheld_whatever_it_says(publish: Callable[[str], None]) -> None:
    publish("entailment")
    source = verifier_source(settings())
    assert source is not None
    pull(source)
    quote = Citation(1, "plan.md", "Plan", (), None, 0, 18, "SQL takes 2 weeks.")
    entails = open_verifier(settings())
    assert best_support("SQL lasts 2 weeks.", [quote], entails=entails) is not None
    assert best_support("SQL takes 3 weeks.", [quote], entails=entails) is None


def test_the_assistant_is_opened_with_it_and_says_when_it_is_missing(publish: Callable[[str], None]) -> None:
    build(write_corpus(Path("documents"), {"plan.md": f"# Plan\n\n{QUOTE}\n"}), Path("data"))
    assistant = open_assistant(settings(), open_library(Path("data")))
    with pytest.raises(WeightsMissing, match="someone/tiny-nli"):
        load_generator(assistant)
    with pytest.raises(WeightsMissing):
        list(Writing("When?", QUOTED, [CITATION], ScriptedGenerator(FAR), entails=assistant.entails))


def test_the_claims_are_judged_by_it_and_of_one_split_where_one_is_named(
    publish: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish("entailment")
    source = verifier_source(settings())
    assert source is not None
    pull(source)
    claim = {"id": "a", "passage": QUOTE, "sentence": FAR, "label": "supported", "corruption": "none", "split": "dev"}
    lines = (claim, {**claim, "id": "b", "split": "test"}, {**claim, "id": "c", "split": "test"})
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = ["eval", "--claims", "--items", "claims.jsonl", "--split", "test", "--json"]
    by_network = json.loads(CliRunner().invoke(app, arguments).stdout)["figures"][0]
    assert (by_network["claims"], by_network["recall"]) == (2, 0.0)
    monkeypatch.setenv("ROADMAP_VERIFIER__ID", NLI["id"])
    monkeypatch.setenv("ROADMAP_VERIFIER__REVISION", NLI["revision"])
    by_model = json.loads(CliRunner().invoke(app, arguments).stdout)["figures"][0]
    assert (by_model["claims"], by_model["recall"]) == (2, 1.0)


def test_the_evals_judge_with_it_what_is_written_and_load_it_once(publish: Callable[[str], None]) -> None:
    build(write_corpus(Path("documents"), {"plan.md": f"# Plan\n\n{QUOTE}\n"}), Path("data"))
    publish("entailment")
    chosen = settings()
    source = verifier_source(chosen)
    assert source is not None
    pull(source)
    written = Answer("q", "q", "answered", (Sentence(FAR, "written", (1,), 0.95),), (CITATION,), (), 0.9, "write", "m")
    for in_force, share in ((read_settings(), 0.0), (chosen, 1.0)):
        assistant = open_assistant(in_force, open_library(Path("data")))
        assert supported_share(written, support_of(assistant)) == share
    judge = support_of(assistant)
    assert isinstance(judge, partial) and judge.keywords["entails"] is assistant.entails is not None
