"""Weights that learn begin where a file of tuned ones left off, whichever way its changes are kept."""

from pathlib import Path

import pytest
from safetensors.torch import load_file

from evals.tuning import TunedEmbedder
from index.embedder import CROSS_ENCODER, READER


@pytest.mark.parametrize("file", [READER, CROSS_ENCODER], ids=["thin", "whole steps"])
def test_training_begins_with_all_that_a_file_of_tuned_weights_adds(file: Path) -> None:
    changes = load_file(file)
    plain, begun = (dict(embedder.bert.named_parameters()) for embedder in (TunedEmbedder(), TunedEmbedder(file)))
    matrix = "encoder.layer.0.attention.self.key.weight"
    thin = f"{matrix}.up" in changes
    up, down = (changes[f"{matrix}.{part}"].float() for part in (("up", "down") if thin else ("steps", "step")))
    added = begun[matrix] - plain[matrix]
    assert added.abs().max() > 0
    assert added.allclose(up @ down if thin else up * down[:, None], atol=1e-6)
    bias = "encoder.layer.0.attention.self.key.bias"
    assert (begun[bias] - plain[bias]).allclose(changes[bias].float(), atol=1e-6)
