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
        self._key = api_key.strip()
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
        if not (self._key.isascii() and self._key.isprintable()):
            raise GeneratorUnusable("The API key holds a character that no key has; copy it once more from where you got it.")
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            here = httpx.URL(self._url).host in ("localhost", "127.0.0.1", "::1")  # never through a proxy
            with (
                httpx.Client(timeout=self._timeout, headers=headers, trust_env=not here) as client,
                client.stream("POST", self._url, json=body) as reply,
            ):
                if not reply.is_success:  # a redirect too: it would lead to another server
                    reply.read()
                    raise GeneratorUnusable(
                        f"{self._url} answered {reply.status_code} ({reply.text[:200].strip()}); check model and key."
                    )
                streamed = False
                for line in reply.iter_lines():
                    if cancelled():
                        return
                    if line.startswith("data:"):
                        streamed = True
                        data = line.removeprefix("data:").strip()
                        if data == "[DONE]":
                            return
                        yield self._piece(data)
                if not streamed:
                    raise ValueError("no event")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GeneratorUnusable(
                f"{self._url} does not answer ({error}); start the server or change the address."
            ) from error
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise GeneratorUnusable(f"{self._url} does not speak the Chat Completions protocol; check the address.") from error

    def _piece(self, data: str) -> str:
        """The words of one event, "" for none. Raises GeneratorUnusable when it tells of a failure."""
        if not data:
            return ""
        event = json.loads(data)
        if failure := event.get("error"):
            told = failure.get("message") if isinstance(failure, dict) else failure
            raise GeneratorUnusable(f"{self._url} broke off ({str(told)[:200].strip()}); try again or check the server.")
        choices = event["choices"]
        return str((choices[0].get("delta") or {}).get("content") or "") if choices else ""
