"""Failure on demand: one place that every call to AWS and to outside systems passes, and copies of a world to fail in.

A worker that dies raises ``Died``, which nothing in our code may catch. A lost answer is a closed connection after the
effect: the SDK's own repeat then acts (AWS), or our adapter reports "no answer" (outside systems).
"""

from __future__ import annotations

import gc
import os
import pickle
import re
import selectors
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest import mock

import botocore.endpoint
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError

from prakerja.gateways import http
from prakerja.gateways.http import Endpoint, HttpAnswer
from prakerja.gateways.snap import transport
from tests.support.effort import PROVE
from tests.support.moto_truth import Answer, Truth, refusal

T = TypeVar("T")

PATIENCE_SECONDS = 300
"""How long a copy may take before it is taken for dead."""


class Died(BaseException):
    """The process was killed. Not an Exception: nothing in our code may catch it."""


class Mode(StrEnum):
    """What happens at a call."""

    BEFORE = "before"
    """The process dies before the call."""
    AFTER = "after"
    """The process dies when the effect is done."""
    LOST = "lost"
    """The effect is done, and the connection breaks before the answer."""
    BUSY = "busy"
    """DynamoDB answers that another transaction has the item, once; nothing is done."""


@dataclass(frozen=True, order=True)
class Fault:
    """What happens at the ``number``-th call (from 0)."""

    number: int
    mode: Mode


@dataclass
class Seam:
    """Every call passes here: it is counted, and may be struck by ``fault`` or watched by ``overtake``."""

    calls: list[str] = field(default_factory=list)
    fault: Fault | None = None
    overtake: Callable[[int], None] | None = None
    """Called before each call with its number: what somebody else does in this very moment."""
    struck: bool = False
    """Whether the fault has happened."""

    def arm(self, fault: Fault) -> None:
        """Count from 0 again, and strike there."""
        self.calls, self.fault, self.struck = [], fault, False

    def calm(self) -> list[str]:
        """No more faults; the calls made since the last time."""
        made, self.calls, self.fault = self.calls, [], None
        return made

    def around(self, name: str, effect: Callable[[], T], *, lost: Exception, busy: Callable[[], T] | None = None) -> T:
        """Make a call, or what the fault makes of it."""
        number = len(self.calls)
        self.calls.append(name)
        if self.overtake is not None:
            self.overtake(number)
        if self.fault is None or self.fault.number != number:
            return effect()
        mode, self.struck = self.fault.mode, True
        if mode is Mode.BEFORE:
            raise Died
        if mode is Mode.BUSY and busy is not None:
            return busy()
        answer = effect()
        if mode is Mode.AFTER:
            raise Died
        if mode is Mode.LOST:
            raise lost
        return answer


READS = re.compile(r"dynamodb\.(GetItem|BatchGetItem|Query)|kms\.Decrypt|s3\.GET|scheduler\.GET|states\.Describe.*")
"""Calls that change nothing."""
CONFLICTS = {
    "dynamodb.TransactWriteItems": (
        "TransactionCanceledException",
        {"CancellationReasons": [{"Code": "TransactionConflict", "Message": "ongoing"}]},
    ),
    "dynamodb.PutItem": ("TransactionConflictException", {}),
    "dynamodb.UpdateItem": ("TransactionConflictException", {}),
}
"""Calls that another transaction on the same item refuses, and how."""


def faults_of(calls: Sequence[str]) -> dict[Fault, Fault]:
    """All that can happen at the calls of a command, each with the fault that plays it.

    What a dead process leaves behind depends only on the effects that it had. So all deaths between the same two effects
    are one and the same, and are played once. An answer of AWS that changed nothing and was lost is asked for again by the
    SDK, wherever it was asked for: it is played once for each kind of call, and at every place by ``make prove``.
    """
    played: dict[tuple[object, ...], Fault] = {}
    faults = {}
    effects = 0
    for number, call in enumerate(calls):
        for mode in Mode:
            if mode is Mode.BUSY and call not in CONFLICTS:
                continue
            if mode is Mode.AFTER and not READS.fullmatch(call):
                effects += 1
            fault = Fault(number, mode)
            case: tuple[object, ...] = ("alive", fault)
            if mode in (Mode.BEFORE, Mode.AFTER):
                case = ("dead", effects)
            elif mode is Mode.LOST and READS.fullmatch(call) and not PROVE:
                case = ("asked again", call)
            faults[fault] = played.setdefault(case, fault)
    return faults


Outside = Callable[[Endpoint, str, str, bytes, dict[str, str]], tuple[int, dict[str, str], bytes]]
"""An outside system: (endpoint, method, path, body, headers) → (status, headers, body)."""


@contextmanager
def seam_of(truth: Truth, outside: Outside) -> Iterator[Seam]:
    """Lead all AWS calls (on moto) and all outgoing HTTP of our adapters through one seam; nobody ever sleeps."""
    seam = Seam()

    def aws(operation: str, request: AWSPreparedRequest, answer: Answer) -> AWSResponse | None:
        def busy() -> AWSResponse:
            kind, more = CONFLICTS[operation]
            return refusal(request, kind, "a transaction is ongoing", **more)

        return seam.around(operation, answer, lost=ConnectionClosedError(endpoint_url=request.url), busy=busy)

    def exchange(endpoint: Endpoint, method: str, path: str, *, body: bytes | None = None, headers: Any = None) -> Any:
        def effect() -> HttpAnswer:
            status, names, content = outside(
                endpoint, method, path, body or b"", {**endpoint.headers, **(headers or {})}
            )
            return HttpAnswer(endpoint, status, names, content)

        return seam.around(f"http.{endpoint.system}", effect, lost=endpoint.unavailable("the connection broke"))

    truth.tamper = aws
    awake = SimpleNamespace(sleep=lambda _: None)
    with (
        mock.patch.object(http, "exchange", exchange),
        mock.patch.object(transport, "exchange", exchange),
        mock.patch.object(botocore.endpoint, "time", awake),
    ):
        yield seam
    truth.tamper = None


# copies ---------------------------------------------------------------------------------------------------------------
def in_copies(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each work answers, done in a copy of this process: whatever it changes or breaks, nothing is changed here.

    A copy is a fork, so worlds on moto, books in memory and clocks are copied as they stand, for nothing. Raises
    AssertionError with the traceback of a work that failed. Answers must be picklable.
    """
    at_once = max(2, os.cpu_count() or 1)
    waiting, answers = list(enumerate(works)), {}
    with selectors.DefaultSelector() as selector:
        while waiting or selector.get_map():
            while waiting and len(selector.get_map()) < at_once:
                number, work = waiting.pop(0)
                pipe, child = _fork(work)
                selector.register(pipe, selectors.EVENT_READ, (number, child, bytearray()))
            for key, _ in selector.select():
                number, child, received = key.data
                if chunk := os.read(key.fd, 1 << 20):
                    received += chunk
                    continue
                selector.unregister(key.fd)
                os.close(key.fd)
                os.waitpid(child, 0)
                answers[number] = bytes(received)
    return [_answer(answers[number]) for number in range(len(works))]


def in_a_copy(work: Callable[[], T]) -> T:
    """One work, done in a copy of this process."""
    return in_copies([work])[0]


def _fork(work: Callable[[], Any]) -> tuple[int, int]:
    pipe, far_end = os.pipe()
    with warnings.catch_warnings():  # a test runner has threads of its own; the copy uses nothing of theirs
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        os.close(far_end)
        return pipe, child
    try:
        os.close(pipe)
        gc.disable()  # or it would copy every page that it looks at
        signal.signal(signal.SIGALRM, _impatient)
        signal.alarm(PATIENCE_SECONDS)
        with os.fdopen(far_end, "wb") as out:
            out.write(_outcome(work))
    finally:
        os._exit(0)


def _impatient(*_: object) -> None:
    raise TimeoutError(f"a copy of the world was still busy after {PATIENCE_SECONDS} s")


def _outcome(work: Callable[[], Any]) -> bytes:
    try:
        return pickle.dumps((True, work()))
    except BaseException:
        return pickle.dumps((False, "".join(traceback.format_exception(*sys.exc_info()))))


def _answer(received: bytes) -> Any:
    assert received, "a copy of the world died without a word"
    fine, answer = pickle.loads(received)
    assert fine, f"in a copy of the world:\n{answer}"
    return answer
