"""Embedders of other shapes than the bundled one, made of its weights: whatever follows the transformer, one vector space."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer

from index.embedder import EMBEDDER, EmbedderUnusable, TransformerEmbedder
from index.sentence_transformers_encoder import SentenceTransformersEncoder
from index.weights import RECORD, HubModel, folder_of, is_present

TEXT = "Bread needs flour, water, salt and yeast. The Danube flows through ten countries."
SPANS = [(0, 41), (42, 81)]
PROMPTS = {"query": "question: ", "document": "title: none, text: "}
OTHER = HubModel("someone/other", "embedder")


@pytest.fixture(autouse=True)
def _bundled() -> None:
    if not is_present(EMBEDDER):
        pytest.skip("the embedder was not pulled; run `roadmap models pull`")


def _saved(folder: Path, *modules: torch.nn.Module) -> Path:
    SentenceTransformer(modules=list(modules), device="cpu", prompts=PROMPTS).save(str(folder))
    return folder


def _transformer() -> Transformer:
    return Transformer(str(folder_of(EMBEDDER)))


def _rotation() -> Dense:
    torch.manual_seed(0)
    rotated = torch.linalg.qr(torch.randn(384, 384))[0].contiguous()
    return Dense(384, 384, bias=False, activation_function=torch.nn.Identity(), init_weight=rotated)


def _mean(folder: Path) -> Path:
    return _saved(folder, _transformer(), Pooling(384), Normalize())


def _without_prompt(folder: Path) -> Path:
    return _saved(folder, _transformer(), Pooling(384, include_prompt=False), Normalize())


def _rotated(folder: Path) -> Path:
    return _saved(folder, _transformer(), Pooling(384), _rotation(), Normalize())


def _smaller(folder: Path) -> Path:
    torch.manual_seed(0)
    return _saved(folder, _transformer(), Pooling(384), Dense(384, 128))


def _first_token(folder: Path) -> Path:
    return _saved(folder, _transformer(), Pooling(384, pooling_mode="cls"), Normalize())


def _two_poolings(folder: Path) -> Path:
    return _saved(folder, _transformer(), Pooling(384, pooling_mode=("mean", "max")))


def _static(folder: Path) -> Path:
    torch.manual_seed(0)
    tokenizer = Tokenizer.from_file(str(folder_of(EMBEDDER) / "tokenizer.json"))
    return _saved(folder, StaticEmbedding(tokenizer, embedding_dim=64))


EVERY = [_mean, _without_prompt, _rotated, _smaller, _first_token, _two_poolings, _static]


def _cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray((a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1))


@pytest.mark.parametrize("made", EVERY)
@pytest.mark.parametrize("bfloat16", [False, True])
def test_texts_have_the_vectors_of_sentence_transformers_and_their_spans_those_of_the_same_space(
    tmp_path: Path, made: Callable[[Path], Path], bfloat16: bool
) -> None:
    encoder = SentenceTransformersEncoder(made(tmp_path), bfloat16=bfloat16)
    texts = [TEXT, "One sentence.", ""]
    spans = [SPANS, [(0, 13)], []]
    oracle = SentenceTransformer(str(tmp_path), device="cpu")
    wholes = oracle.encode_document(texts[:2])
    parts = oracle.encode_document([TEXT[a:b] for a, b in SPANS])
    found = encoder.encode_spans(texts, spans)
    assert [text.spans.shape for text in found] == [(2, encoder.dimension), (1, encoder.dimension), (0, encoder.dimension)]
    assert _cosines(np.stack([text.whole for text in found[:2]]), wholes).min() > (0.99 if bfloat16 else 0.9999)
    own, crossed = _cosines(found[0].spans, parts), _cosines(found[0].spans, parts[::-1])
    assert own.min() > 0.7 and (own > crossed).all(), "a span is nearest to itself, embedded alone"
    words = encoder.encode_words(texts, [[(0, 5), (12, 17)], [(4, 12)], []])
    assert [text.spans.shape[1] for text in words] == [encoder.dimension] * 3
    assert _cosines(encoder.encode_question(TEXT)[None], oracle.encode_query([TEXT])).min() > 0.99


def test_a_rotation_after_pooling_changes_no_cosine(tmp_path: Path) -> None:
    question = "Which river is long?"
    found = []
    for name, made in (("plain", _mean), ("rotated", _rotated)):
        encoder = SentenceTransformersEncoder(made(tmp_path / name), bfloat16=False)
        found.append(encoder.encode_spans([TEXT], [SPANS])[0].spans @ encoder.encode_question(question))
    assert np.allclose(found[0], found[1], atol=1e-4)


def test_a_model_of_another_size_makes_vectors_and_reads_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = _as_pulled(_smaller, tmp_path, monkeypatch)
    wholes, parts = embedder.embed_passages([TEXT], [SPANS])
    assert wholes.shape == (1, 128) and parts[0].shape == (2, 128)
    words = embedder.embed_words([TEXT], [[(0, 5)]])[0]
    assert (words @ embedder.importance()).shape == (1,)


def test_a_model_that_cannot_embed_a_sentence_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmbedderUnusable, match=r"^someone/other cannot be used as an embedder \(.+\); choose") as caught:
        _as_pulled(lambda folder: _saved(folder, _transformer(), Normalize()), tmp_path, monkeypatch)
    assert "\n" not in str(caught.value)


def _as_pulled(made: Callable[[Path], Path], models: Path, monkeypatch: pytest.MonkeyPatch) -> TransformerEmbedder:
    scratch = made(models / "scratch")
    monkeypatch.setenv("ROADMAP_MODELS", str(models))
    folder = folder_of(OTHER)
    folder.parent.mkdir(parents=True)
    scratch.rename(folder)
    files = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }
    (folder / RECORD).write_text(json.dumps({"model": OTHER.model_id, "commit": "0" * 40, "files": files}))
    return TransformerEmbedder(OTHER)
