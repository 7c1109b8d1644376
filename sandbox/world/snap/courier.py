"""Delivers call-backs: in process to a function, over HTTP in the background of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import urllib3

from .callbacks import Callback
from .engine import Engine

Post = Callable[[Callback], tuple[int, bytes]]
"""Carries one call-back to the partner: HTTP status and body of the answer. Any OSError means that no answer came."""

_AT_ONCE = 8
_PAUSE_SECONDS = 0.2
_pool = urllib3.PoolManager(maxsize=_AT_ONCE)


class Courier:
    """Takes what is due to its partner, once, and notes what was answered."""

    def __init__(self, engine: Engine, post: Post) -> None:
        self._engine = engine
        self._post = post

    def deliver_due(self) -> int:
        """Everything that is due now; how many."""
        return self._deliver(self._engine.due_callbacks())

    def deliver(self, numbers: Sequence[int]) -> int:
        """Certain ones that are due: those of ``Reply.first``."""
        return self._deliver(self._engine.due_callbacks(numbers)) if numbers else 0

    def _deliver(self, callbacks: Sequence[Callback]) -> int:
        for callback in callbacks:
            try:
                status, body = self._post(callback)
            except OSError:
                status, body = 0, b""
            self._engine.callback_answered(callback.id, status, body)
        return len(callbacks)


def over_http(callback: Callback) -> tuple[int, bytes]:
    """To the partner's address; waits ten seconds, follows nothing, tries once. Raises OSError."""
    try:
        answer = _pool.request(
            "POST",
            callback.url,
            body=callback.body,
            headers=dict(callback.headers),
            timeout=10.0,
            retries=False,
            redirect=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise OSError(str(error)) from error
    return answer.status, answer.data


async def keep_delivering(engine: Engine) -> None:
    """Until cancelled: whatever is due, several at a time, so that a slow partner delays only itself."""
    courier = Courier(engine, over_http)
    while True:
        due = [callback.id for callback in engine.due_callbacks()[:_AT_ONCE]]
        await asyncio.gather(*(asyncio.to_thread(courier.deliver, [number]) for number in due))
        if not due:
            await asyncio.sleep(_PAUSE_SECONDS)
