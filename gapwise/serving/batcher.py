"""Requests that arrive together are labelled together, which is faster than one after the other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gapwise.labelling.labels import Labeller

AT_ONCE = 64  # texts of several requests that are labelled together


class Batcher:
    """Labels the texts of requests, as many as are waiting at a time.

    Args:
        labeller: That labels; it is called in one thread, never twice at once.
    """

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller
        self._waiting: asyncio.Queue[tuple[Sequence[str], asyncio.Future[NDArray[np.float64]]]] = asyncio.Queue()

    async def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Predicts the mean of all networks, shape (texts, classes), for cleaned texts, at least one, none empty."""
        answer: asyncio.Future[NDArray[np.float64]] = asyncio.get_running_loop().create_future()
        await self._waiting.put((texts, answer))
        return await answer

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Works while the block runs."""
        worker = asyncio.create_task(self._work())
        try:
            yield
        finally:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    async def _work(self) -> None:
        while True:
            some = [await self._waiting.get()]
            while not self._waiting.empty() and sum(len(texts) for texts, _ in some) < AT_ONCE:
                some.append(self._waiting.get_nowait())
            together = [text for texts, _ in some for text in texts]
            try:
                found = (await asyncio.to_thread(self._labeller.probabilities, together)).mean(axis=0)
            except Exception as error:  # goes to those who asked; the next requests are served
                for _, answer in some:
                    answer.set_exception(error)
                continue
            ends = np.cumsum([len(texts) for texts, _ in some])[:-1]
            for (_, answer), part in zip(some, np.split(found, ends), strict=True):
                if not answer.cancelled():  # whoever asked may have gone
                    answer.set_result(part)
