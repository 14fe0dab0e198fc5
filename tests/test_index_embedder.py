"""The bundled embedder with its real weights: unit vectors, spans from the passage's own pass, and damage never loaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from index.bert import BertEncoder, TextTokens
from index.compute_threads import all_threads
from index.embedder import BATCH, EMBEDDER, EMBEDDER_ID, READER, TransformerEmbedder, embedder_source
from index.sentence_transformers_encoder import SentenceTransformersEncoder
from index.terms import WORD
from index.weights import HubModel, WeightsDamaged, WeightsMissing, folder_of, is_present

TEXTS = [
    "Python is a programming language. It is used for machine learning.",
    "Bread needs flour, water, salt and yeast.",
    "The Danube flows through ten countries.",
]
SPANS = [[(0, 33), (34, 66)], [(0, 41)], []]
HIGH = "日本語" * 100  # its attention scores are so high that their powers do not fit a number


@pytest.fixture(scope="module")
def embedder() -> TransformerEmbedder:
    if not is_present(EMBEDDER):
        pytest.skip("the embedder was not pulled; run `roadmap models pull`")
    return TransformerEmbedder()


def test_vectors_have_unit_length_and_the_shape_that_is_promised(embedder: TransformerEmbedder) -> None:
    done: list[int] = []
    wholes, parts = embedder.embed_passages(TEXTS, SPANS, done.append)
    assert wholes.shape == (3, embedder.dimension) == (3, 384)
    assert [part.shape for part in parts] == [(2, 384), (1, 384), (0, 384)]
    assert wholes.dtype == np.float32
    for vector in [*wholes, *parts[0], *parts[1], embedder.embed_question("What is bread?")]:
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    assert done[-1] == 3


def test_the_vectors_do_not_depend_on_what_else_is_in_the_batch(embedder: TransformerEmbedder) -> None:
    together, _ = embedder.embed_passages(TEXTS, SPANS)
    for text, spans, vector in zip(TEXTS, SPANS, together, strict=True):
        alone, _ = embedder.embed_passages([text], [spans])
        assert float(alone[0] @ vector) > 0.999


def test_words_are_read_with_tuned_weights_over_the_same_embeddings(embedder: TransformerEmbedder) -> None:
    words = embedder.embed_words(TEXTS, SPANS)
    _, parts = embedder.embed_passages(TEXTS, SPANS)
    assert [own.shape for own in words] == [part.shape for part in parts]
    for tuned, plain in zip([*words[0], *words[1]], [*parts[0], *parts[1]], strict=True):
        assert np.linalg.norm(tuned) == pytest.approx(1, abs=1e-3)
        assert 0.2 < float(tuned @ plain) < 0.9999
    assert isinstance(embedder._reader, BertEncoder) and isinstance(embedder._encoder, BertEncoder)
    assert embedder._reader._words is embedder._encoder._words


def _nothing(file: Path) -> None:
    file.unlink()


def _half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _other(file: Path) -> None:
    save_file({"encoder.layer.0.nowhere": torch.zeros(2)}, file)


def _too_small(file: Path) -> None:
    save_file({"encoder.layer.0.output.dense.bias": torch.zeros(2)}, file)


@pytest.mark.parametrize(
    ("damage", "told"), [(_nothing, "is missing"), (_half, "is damaged"), (_other, "is damaged"), (_too_small, "is damaged")]
)
def test_tuned_weights_that_cannot_be_read_are_one_sentence(tmp_path: Path, damage: Callable[[Path], None], told: str) -> None:
    file = tmp_path / READER.name
    shutil.copy(READER, file)
    embedder = TransformerEmbedder(reader=file)
    damage(file)
    with pytest.raises(WeightsDamaged) as caught:
        embedder.embed_words(TEXTS, SPANS)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file}, a part of this program, {told} (")
    assert sentence.endswith("; install the program again.") and "\n" not in sentence
    shutil.copy(READER, file)
    assert len(embedder.embed_words(TEXTS, SPANS)) == len(TEXTS), "it is tried again"


def test_the_tuned_weights_are_the_bundled_ones_with_the_changes_added(tmp_path: Path) -> None:
    folder = folder_of(EMBEDDER)
    model = shutil.copytree(folder, tmp_path / "model")
    weights, changes = load_file(folder / "model.safetensors"), load_file(READER)
    matrices = {name.removesuffix(".up") for name in changes if name.endswith(".up")}
    vectors = {name for name in changes if not name.endswith((".up", ".down"))} - {"importance"}
    assert len(matrices) == 36 and len(vectors) == 60  # six matrices, their biases and two norms in each of six layers
    for name in matrices:
        weights[name] = weights[name] + changes[f"{name}.up"].float() @ changes[f"{name}.down"].float()
    for name in vectors:
        weights[name] = weights[name] + changes[name].float()
    save_file(weights, model / "model.safetensors")
    ours = BertEncoder(folder, bfloat16=False, changes=READER).encode(TEXTS)
    oracle = SentenceTransformersEncoder(model, bfloat16=False).encode(TEXTS)
    for mine, theirs in zip(ours, oracle, strict=True):
        assert np.allclose(mine.vectors, theirs.vectors, atol=2e-5)


def test_the_word_that_says_which_kind_of_answer_is_wanted_counts_most(embedder: TransformerEmbedder) -> None:
    for asked, most in (("how long does phase two take", "how"), ("why is linear algebra needed", "why")):
        words = embedder.embed_words([asked], [[match.span() for match in WORD.finditer(asked)]])[0]
        assert asked.split()[int(np.argmax(words @ embedder.importance()))] == most


def test_the_encoder_computes_what_sentence_transformers_computes(embedder: TransformerEmbedder) -> None:
    """Token by token, on texts of unlike lengths in one batch, in float32: nothing but rounding may differ."""
    folder = folder_of(EMBEDDER)
    texts = [*TEXTS, "", "😀 naïve C++", "x" * 5000, HIGH, "Statistics and probability. " * 60, "one", TEXTS[1], TEXTS[1]]
    ours = BertEncoder(folder, bfloat16=False).encode(texts)
    oracle = SentenceTransformersEncoder(folder, bfloat16=False).encode(texts)
    for mine, theirs in zip(ours, oracle, strict=True):
        assert np.array_equal(mine.offsets, theirs.offsets)
        assert np.allclose(mine.vectors, theirs.vectors, atol=2e-5)
        assert float(mine.pooled @ theirs.pooled) / np.linalg.norm(mine.pooled) == pytest.approx(1, abs=1e-5)


def test_bfloat16_stays_close_to_float32(embedder: TransformerEmbedder) -> None:
    folder = folder_of(EMBEDDER)
    texts = [*TEXTS, "Statistics and probability. " * 60, HIGH]
    for half, full in zip(*(BertEncoder(folder, bfloat16=b).encode(texts) for b in (True, False)), strict=True):
        cosine = float(half.pooled @ full.pooled) / float(np.linalg.norm(half.pooled) * np.linalg.norm(full.pooled))
        assert cosine > 0.999


def test_more_batches_than_one_give_every_text_its_own_vector(embedder: TransformerEmbedder) -> None:
    texts = [f"{'word ' * (number % 7)}Number {number} of many." for number in range(3 * BATCH + 1)]
    done: list[int] = []
    wholes, parts = embedder.embed_passages(texts, [[(0, len(text))] for text in texts], done.append)
    for number in (0, 1, BATCH, 3 * BATCH):
        assert float(wholes[number] @ embedder.embed_question(texts[number])) > 0.999
    assert np.einsum("ij,ij->i", wholes, np.concatenate(parts)).min() > 0.9
    assert done == sorted(done)
    assert done[-1] == len(texts)


def test_questions_are_nearest_to_what_answers_them(embedder: TransformerEmbedder) -> None:
    wholes, parts = embedder.embed_passages(TEXTS, SPANS)
    for question, best in (("Which language is for ML?", 0), ("How do I bake a loaf?", 1), ("Which river is long?", 2)):
        assert int((wholes @ embedder.embed_question(question)).argmax()) == best
    uses = parts[0] @ embedder.embed_question("What is it used for?")
    assert uses[1] > uses[0]


def test_a_span_behind_the_length_limit_has_the_vector_of_its_text(embedder: TransformerEmbedder) -> None:
    text = "word " * 2000 + "the end."
    wholes, parts = embedder.embed_passages([text], [[(0, 4), (len(text) - 8, len(text))]])
    assert np.allclose(parts[0][1], wholes[0], atol=1e-6)
    assert not np.allclose(parts[0][0], wholes[0], atol=1e-3)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "😀" * 50, "\x00", "x" * 5000, HIGH])
def test_any_text_has_a_vector(embedder: TransformerEmbedder, text: str) -> None:
    wholes, parts = embedder.embed_passages([text], [[(0, len(text))]])
    for vector in (wholes[0], parts[0][0], embedder.embed_question(text)):
        assert np.isfinite(vector).all()
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_weights_with_one_changed_byte_are_not_loaded(
    embedder: TransformerEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = folder_of(EMBEDDER)
    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path))
    with pytest.raises(WeightsMissing, match="roadmap models pull"):
        TransformerEmbedder()
    copy = Path(shutil.copytree(sound, folder_of(EMBEDDER)))
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(40_000_000)
        byte = file.read(1)
        file.seek(40_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(WeightsDamaged, match=r"model\.safetensors.*roadmap models pull"):
        TransformerEmbedder()


def test_the_default_comes_from_the_pinned_package_and_any_other_from_the_hub(embedder: TransformerEmbedder) -> None:
    assert embedder_source() is EMBEDDER
    assert embedder.id == EMBEDDER_ID
    assert embedder_source("someone/other") == HubModel("someone/other", "embedder", "main")


def test_what_a_question_needs_is_computed_by_one_thread_and_nothing_else_is(
    embedder: TransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of threads is one for the whole process: questions that overlap must leave it as it was."""
    seen: list[int] = []
    whole = BertEncoder.encode

    def encode(self: BertEncoder, texts: Sequence[str]) -> list[TextTokens]:
        seen.append(torch.get_num_threads())
        return whole(self, texts)

    monkeypatch.setattr(BertEncoder, "encode", encode)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(embedder.embed_question, TEXTS * 5))
    embedder.embed_words(TEXTS, SPANS)
    assert set(seen) == {1}
    assert torch.get_num_threads() == all_threads()
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(torch.get_num_threads).result() == all_threads(), "a thread that begins later has all again"
