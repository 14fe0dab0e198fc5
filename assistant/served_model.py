"""A generator behind an OpenAI-compatible address: Ollama, llama.cpp, vLLM and others (Chat Completions, streamed)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import httpx

from assistant.answer import Turn
from assistant.generator import GeneratorUnusable


class ServedModel:
    """A model that a server runs; nothing else is ever contacted. Several answers may be asked of it at once."""

    def __init__(self, address: str, model: str, api_key: str = "", *, timeout: float = 15.0, connect: float = 2.0) -> None:
        """`address` ends before `/chat/completions`, e.g. `http://127.0.0.1:11434/v1`.

        `connect` is how many seconds the server may take to accept, `timeout` how many until the next piece.
        """
        self.id = model
        self._url = address.rstrip("/") + "/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._here = httpx.URL(self._url).host in ("localhost", "127.0.0.1", "::1")  # never through a proxy
        self._timeout = httpx.Timeout(timeout, connect=connect)

    def stream(
        self,
        instructions: str,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[str]:
        """Pieces of the reply as the server sends them."""
        messages = [{"role": "system", "content": instructions}]
        messages += [{"role": turn.role, "content": turn.content} for turn in turns]
        body = {"model": self.id, "messages": messages, "max_tokens": max_tokens, "temperature": 0, "stream": True}
        try:
            with (
                httpx.Client(timeout=self._timeout, headers=self._headers, trust_env=not self._here) as client,
                client.stream("POST", self._url, json=body) as reply,
            ):
                if not reply.is_success:  # a redirect too: it would lead to another server
                    reply.read()
                    raise GeneratorUnusable(
                        f"{self._url} answered {reply.status_code} ({reply.text[:200].strip()}); check model and key."
                    )
                streamed = False
                for line in reply.iter_lines():
                    if cancelled() or line.strip() == "data: [DONE]":
                        return
                    if line.startswith("data:"):
                        streamed = True
                        yield _piece(line[5:])
                if not streamed:
                    raise ValueError("no event")
        except httpx.HTTPError as error:
            raise GeneratorUnusable(
                f"{self._url} does not answer ({error}); start the server or change the address."
            ) from error
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise GeneratorUnusable(f"{self._url} does not speak the Chat Completions protocol; check the address.") from error


def _piece(data: str) -> str:
    choices = json.loads(data)["choices"]
    return str(choices[0].get("delta", {}).get("content") or "") if choices else ""
