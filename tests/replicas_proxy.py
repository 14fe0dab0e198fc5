"""A proxy in front of replicas: each new connection goes to the next one that answers, and stays there until it ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from types import TracebackType


class Proxy:
    """Listens on a free port of this machine while its `with` block runs."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = tuple(ports)
        self._next = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self.served: list[int] = []  # the port each connection went to
        self.sockets: list[int] = []  # those of the websockets: one a tab, and one more each time it connects again
        self.address = ""

    def __enter__(self) -> Proxy:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._forward, "127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await reader.read(65536)
            behind_reader, behind_writer = await self._connect()
        except OSError:
            writer.close()
            return
        if asked.startswith(b"GET /_stcore/stream"):
            self.sockets.append(self.served[-1])
        behind_writer.write(asked)
        await asyncio.gather(_copy(reader, behind_writer), _copy(behind_reader, writer))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the next replica; to another one where that is dead. Raises OSError."""
        for tried in range(len(self._ports)):
            port = self._ports[self._next % len(self._ports)]
            self._next += 1
            try:
                connection = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if tried + 1 == len(self._ports):
                    raise
                continue
            self.served.append(port)
            return connection
        raise ConnectionError("there are no replicas")


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # one side has ended; so does the other
    finally:
        writer.close()
