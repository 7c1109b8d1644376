"""Ani redeems her course, attends it, hands in the skill demonstration and completes it with the trainer's feedback; or
does not in time."""

from __future__ import annotations

from typing import Any

from prakerja import wiring
from prakerja.training.learning_errors import FaceNotMatched
from prakerja.training.messages import CourseDue
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.learning import window_of
from prakerja.training.service.attending import attend
from tests.support.classroom import PHOTO, STRANGER
from tests.support.market import STATUS
from tests.support.scenarios import Play, Step, aside, delivery
from tests.support.scenarios_cancelling import CANCELLING
from tests.support.scenarios_incentives import ON_THE_WAY
from tests.support.scenarios_people import sweep
from tests.support.scenarios_stage import Stage


def _code(stage: Stage) -> str:
    return str(stage.memo.sale["redeem_code"])


def _status(stage: Stage) -> Any:
    return stage.market.call("lpk", STATUS, {"redeem_code": _code(stage)})


def _redeem(stage: Stage) -> Any:
    return stage.market.redeem(_code(stage))


def _reach(sequence: int) -> Play:
    """Time goes on until a sequence can be attended; and the institution has asked before today, for the first request
    of a day also notes that its key is in use."""

    def wait(stage: Stage) -> None:
        window = window_of(stage.market.redeem_code(_code(stage)), sequence)
        assert window is not None
        left = window.opens_at - stage.clock.programme()
        stage.clock.move(seconds=max(0.0, left.total_seconds()))
        _status(stage)

    return wait


def _send(sequence: int) -> Play:
    def send(stage: Stage) -> Any:
        status, body = stage.market.send(_code(stage), sequence)
        assert status == 200, body
        stage.memo.state = body["data"]["state"]
        return stage.memo.state

    return send


def _attend(stage: Stage) -> Any:
    who = {"state": stage.memo.state, "person_id": stage.memo.person_id}
    return attend(stage.p, wiring.face_check(), **who, photo=PHOTO)


def _show_another_face(stage: Stage) -> Any:
    who = {"state": stage.memo.state, "person_id": stage.memo.person_id}
    try:
        return attend(stage.p, wiring.face_check(), **who, photo=STRANGER)
    except FaceNotMatched as refusal:
        return refusal.slug


def _submit(stage: Stage) -> Any:
    return stage.market.submit(_code(stage))


def _feedback(stage: Stage) -> Any:
    return stage.market.feedback(_code(stage))


def _too_late(stage: Stage) -> None:
    stage.clock.move(days=40)


def _found_too_late(stage: Stage) -> None:
    _too_late(stage)
    sweep(stage)


ENDING = (
    Step("sweep due: course", sweep, _too_late, aside=True),
    aside(delivery("end course", CourseDue.topic, before=_found_too_late, of=_code)),
)
"""While a course is bought and not begun, or begun and not completed."""


def learning(sessions: int) -> tuple[Step, ...]:
    """A webinar of so many sessions, from the first look at its code to its completion."""
    further = [
        step
        for number in range(2, sessions + 1)
        for step in (Step("send participant", _send(number), _reach(number)), Step("attend", _attend))
    ]
    return (
        *ENDING,
        Step("redeem status", _status, _reach(1)),
        Step("redeem commit", _redeem),
        *ON_THE_WAY,
        *CANCELLING,
        Step("send participant", _send(1)),
        Step("attend: another face", _show_another_face, aside=True, ignores=frozenset({"wrong_faces"})),
        Step("attend", _attend),
        *further,
        Step("submit task", _submit),
        Step("send participant", _send(POST_TEST), _reach(POST_TEST)),
        Step("attend", _attend),
        *ENDING,
        Step("completion", _feedback),
    )


LEARNING = learning(2)
