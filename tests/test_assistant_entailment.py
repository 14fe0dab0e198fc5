"""An NLI model as verifier: a real, tiny, randomly initialised one, saved as the hub would send it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assistant.entailment import EntailmentModel, EntailmentUnusable, entailment_label, entailment_source
from index.weights import HubModel, Source, WeightsDamaged, WeightsMissing, folder_of, pull

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "git", "is", "not", "optional", "fast", ".")


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the hub would send: a BERT with two layers of 16 and three labels in an unusual order."""
    import huggingface_hub
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path / "sent"
    folder.mkdir()
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=24, initializer_range=1.0,
        id2label={0: "neutral", 1: "contradiction", 2: "Entailment"},
        label2id={"neutral": 0, "contradiction": 1, "Entailment": 2},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(folder)

    def snapshot_download(model_id: str, *, revision: str, allow_patterns: list[str], local_dir: Path) -> str:
        return str(shutil.copytree(folder, local_dir, dirs_exist_ok=True))

    class Info:
        sha = "b" * 40

    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: Info())
    return folder


@pytest.fixture
def source(sent: Path) -> Source:
    return entailment_source("someone/tiny-nli")


def test_the_probability_is_that_of_the_label_the_configuration_names(source: Source) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = pull(source)
    model = EntailmentModel(source)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        logits = AutoModelForSequenceClassification.from_pretrained(folder).eval()(
            **tokenizer("Git is not optional.", "Git is optional.", return_tensors="pt")
        ).logits[0]  # fmt: skip
    assert model("Git is not optional.", "Git is optional.") == pytest.approx(float(torch.softmax(logits, -1)[2]), abs=1e-5)
    assert model("Git is optional.", "Git is not optional.") != pytest.approx(model("Git is not optional.", "Git is optional."))
    assert model.id == "someone/tiny-nli"


def test_a_long_premise_is_cut_and_the_sentence_is_not(source: Source) -> None:
    pull(source)
    model = EntailmentModel(source)
    assert 0 <= model("git is fast . " * 500, "Git is optional.") <= 1
    assert model("git is fast . " * 500, "Git is optional.") != model("git is fast . " * 500, "Git is not fast.")


def test_weights_that_were_never_pulled_or_altered_are_not_loaded(source: Source) -> None:
    with pytest.raises(WeightsMissing):
        EntailmentModel(source)
    pull(source)
    (folder_of(source) / "config.json").write_text("{}")
    with pytest.raises(WeightsDamaged):
        EntailmentModel(source)


def test_a_model_without_a_label_for_entailment_is_one_named_error(sent: Path, source: Source) -> None:
    config = json.loads((sent / "config.json").read_text())
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    (sent / "config.json").write_text(json.dumps(config))
    pull(source)
    with pytest.raises(EntailmentUnusable, match="someone/tiny-nli has no single label"):
        EntailmentModel(source)


def test_a_model_of_another_kind_is_one_named_error(sent: Path, source: Source) -> None:
    (sent / "config.json").write_text('{"model_type": "no-such-model"}')
    pull(source)
    with pytest.raises(EntailmentUnusable, match="choose a model trained on NLI"):
        EntailmentModel(source)


@pytest.mark.parametrize(
    ("labels", "index"),
    [
        ({0: "ENTAILMENT", 1: "NEUTRAL", 2: "CONTRADICTION"}, 0),
        ({0: "contradiction", 1: "entailment", 2: "neutral"}, 1),
        ({0: "not_entailment", 1: "entailment"}, 1),
        ({0: "entailment", 1: "non-entailment"}, 0),
    ],
)
def test_the_label_is_found_in_any_order(labels: dict[int, str], index: int) -> None:
    assert entailment_label(labels, "any") == index


@pytest.mark.parametrize("labels", [{0: "LABEL_0", 1: "LABEL_1"}, {0: "entailment", 1: "Entails"}, {0: "positive"}, {}])
def test_no_label_or_two_are_refused(labels: dict[int, str]) -> None:
    with pytest.raises(EntailmentUnusable):
        entailment_label(labels, "any")


def test_the_source_is_the_hub() -> None:
    assert entailment_source("a/b", "v1") == HubModel("a/b", "verifier", "v1")
