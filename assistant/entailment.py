"""A natural-language-inference model of the user's choice that says whether quotes entail a sentence."""

from __future__ import annotations

from index.weights import HubModel, Source, verify
from ingest.errors import RoadmapError

MOST_TOKENS = 512  # of premise and sentence together; the premise is cut


class EntailmentUnusable(RoadmapError):
    """The weights are sound, but they are no model that tells entailment from contradiction."""


def entailment_source(model_id: str, revision: str = "main") -> Source:
    """Where the weights come from: the hub, pinned to a commit when they are pulled."""
    return HubModel(model_id, "verifier", revision)


class EntailmentModel:
    """A sequence classifier over (premise, sentence), from verified weights and without a network.

    Which of its labels means entailment is read from its configuration, never assumed: models differ in their order.
    """

    def __init__(self, source: Source) -> None:
        """Raises `EntailmentUnusable`, and what `index.weights.verify` raises."""
        folder = verify(source)
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            self._model = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EntailmentUnusable(
                f"{source.model_id} cannot be loaded as a sequence classifier ({error}); choose a model trained on NLI."
            ) from error
        self._entailment = entailment_label(self._model.config.id2label, source.model_id)
        self._most = min(MOST_TOKENS, int(getattr(self._model.config, "max_position_embeddings", MOST_TOKENS)))
        self.id = source.model_id

    def __call__(self, premise: str, sentence: str) -> float:
        """Probability, 0 to 1, that the premise entails the sentence."""
        import torch

        encoded = self._tokenizer(
            premise, sentence, truncation="only_first", max_length=self._most, return_tensors="pt", padding=False
        )
        with torch.inference_mode():
            logits = self._model(**encoded).logits[0].float()
        return float(torch.softmax(logits, dim=-1)[self._entailment])


def entailment_label(labels: dict[int, str], model_id: str) -> int:
    """The index of the label that means entailment.

    >>> entailment_label({0: "CONTRADICTION", 1: "ENTAILMENT", 2: "NEUTRAL"}, "any")
    1
    >>> entailment_label({0: "not_entailment", 1: "entailment"}, "any")
    1

    Raises:
        EntailmentUnusable: no label, or more than one, is called so.
    """
    found = [index for index, label in labels.items() if label.casefold().startswith("entail")]
    if len(found) != 1:
        raise EntailmentUnusable(
            f"{model_id} has no single label for entailment ({', '.join(labels.values())}); choose a model trained on NLI."
        )
    return found[0]
