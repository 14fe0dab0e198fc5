"""The cross-encoder with its real weights: what transformers computes, place by place, and what it must tell apart."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertModel

from index.cross_encoder import NUMBERS, CrossEncoder, tokens_inside
from index.embedder import CROSS_ENCODER, EMBEDDER, TransformerEmbedder
from index.weights import WeightsDamaged, folder_of, is_present

ASKED = "How long does the second phase take?"
TEXTS = [
    "Roadmap > Phase 2: Phase 2 takes six weeks. It is about statistics.",
    "Roadmap > Phase 1: Begin with Python.",
    "Bread: Flour, water, salt.",
]
HEADINGS = [19, 19, 7]
PLACES = [[[(19, 43)], [(44, 67)], [(19, 43), (44, 67)]], [[(19, 37)]], []]


@pytest.fixture(scope="module")
def embedder() -> TransformerEmbedder:
    if not is_present(EMBEDDER):
        pytest.skip("the embedder was not pulled; run `roadmap models pull`")
    return TransformerEmbedder()


def test_the_logits_are_those_of_transformers_with_the_changes_added(embedder: TransformerEmbedder, tmp_path: Path) -> None:
    folder = folder_of(EMBEDDER)
    model = shutil.copytree(folder, tmp_path / "model")
    weights, changes = load_file(folder / "model.safetensors"), load_file(CROSS_ENCODER)
    for name in weights:
        if f"{name}.steps" in changes:
            weights[name] = weights[name] + changes[f"{name}.steps"].float() * changes[f"{name}.step"].float()[:, None]
        elif name in changes:
            weights[name] = weights[name] + changes[name].float()
    save_file(weights, model / "model.safetensors")
    oracle = BertModel.from_pretrained(model, add_pooling_layer=False).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    extra = {name: changes[name].float() for name in ("head.weight", "head.bias", "importance", "scale")}
    ours = CrossEncoder(folder, CROSS_ENCODER, bfloat16=False).judge(ASKED, TEXTS, HEADINGS, PLACES)
    assert [own.shape for own in ours] == [(3, NUMBERS), (1, NUMBERS), (0, NUMBERS)]
    for text, headings, places, logits in zip(TEXTS, HEADINGS, PLACES, ours, strict=True):
        pair = tokenizer.encode(ASKED, text)
        with torch.no_grad():
            hidden = oracle(torch.tensor([pair.ids]), token_type_ids=torch.tensor([pair.type_ids])).last_hidden_state[0]
        tokens = list(zip(range(len(pair.ids)), pair.offsets, pair.type_ids, strict=True))
        unit = hidden / hidden.norm(dim=1, keepdim=True)
        asked = unit[[at for at, (start, end), kind in tokens if kind == 0 and end > start]]
        counts = torch.softmax(asked @ extra["importance"], dim=0)
        for spans, found in zip(places, logits, strict=True):
            own, near = (
                [at for at, (start, end), kind in tokens if kind == 1 and any(start < b and end > a for a, b in among)]
                for among in (spans, [*spans, (0, headings)])
            )
            wanted = extra["head.weight"] @ torch.cat([hidden[own].mean(dim=0), hidden[0]]) + extra["head.bias"]
            wanted[0] += extra["scale"][0] * (counts * (asked @ unit[near].T).max(dim=1).values).sum()
            assert np.allclose(found, wanted.numpy(), atol=1e-3)


def test_numbers_of_this_processor_are_near_those_in_float32(embedder: TransformerEmbedder) -> None:
    exact = CrossEncoder(folder_of(EMBEDDER), CROSS_ENCODER, bfloat16=False).judge(ASKED, TEXTS, HEADINGS, PLACES)
    for mine, theirs in zip(embedder.judge(ASKED, TEXTS, HEADINGS, PLACES), exact, strict=True):
        assert np.allclose(mine, theirs, atol=0.25)


def test_a_near_miss_is_told_from_an_answer(embedder: TransformerEmbedder) -> None:
    (answer, beside, both), (other,), _ = (own[:, 0] for own in embedder.judge(ASKED, TEXTS, HEADINGS, PLACES))
    assert min(answer, both) > max(beside, other)
    missing = "Roadmap > Phase 2: Phase 2 is about statistics and has three projects."
    (near,) = embedder.judge(ASKED, [missing], [19], [[[(19, len(missing))]]])[0][:, 0]
    assert answer > near


def test_places_behind_the_limit_of_the_model_are_judged_by_the_pair(embedder: TransformerEmbedder) -> None:
    text = "word " * 400
    (far, also), _ = embedder.judge(ASKED, [text, TEXTS[0]], [0, 19], [[[(1900, 1904)], [(1990, 1999)]], []])
    assert np.array_equal(far, also) and np.isfinite(far).all()


def test_no_texts_have_no_logits(embedder: TransformerEmbedder) -> None:
    assert embedder.judge(ASKED, [], [], []) == []


def test_a_token_stands_inside_when_it_shares_a_character_with_a_span() -> None:
    offsets = np.array([[0, 4], [4, 6], [7, 9]])
    assert tokens_inside(offsets, [(5, 7)]).tolist() == [False, True, False]
    assert tokens_inside(offsets, [(0, 1), (8, 20)]).tolist() == [True, False, True]
    assert tokens_inside(offsets, []).tolist() == [False, False, False]


def _without_a_head(file: Path) -> None:
    weights = load_file(file)
    del weights["head.weight"]
    save_file(weights, file)


def _head_of_another_shape(file: Path) -> None:
    save_file({**load_file(file), "head.bias": torch.zeros(3)}, file)


def _half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (Path.unlink, "is missing"),
        (_half, "is damaged"),
        (_without_a_head, "is damaged"),
        (_head_of_another_shape, "is damaged"),
    ],
)
def test_weights_that_cannot_be_read_are_one_sentence(tmp_path: Path, damage: Callable[[Path], None], told: str) -> None:
    file = tmp_path / CROSS_ENCODER.name
    shutil.copy(CROSS_ENCODER, file)
    embedder = TransformerEmbedder(cross_encoder=file)
    damage(file)
    with pytest.raises(WeightsDamaged) as caught:
        embedder.judge(ASKED, TEXTS, HEADINGS, PLACES)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}, a part of this program, {told} (")
    assert sentence.endswith("; install the program again.") and "\n" not in sentence
    shutil.copy(CROSS_ENCODER, file)
    assert len(embedder.judge(ASKED, TEXTS, HEADINGS, PLACES)) == len(TEXTS), "it is tried again"
