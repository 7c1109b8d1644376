"""Races about a course that has begun: attendance, tasks, the last proof, the end of its time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prakerja import wiring
from prakerja.platform.access_patterns import PURCHASE
from prakerja.training.learning_errors import CourseOver
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.model.learning import finish_by
from prakerja.training.service.attending import attend
from prakerja.training.service.finishing import end_course
from prakerja.training.store.learning import tasks_of
from tests.chaos.races import Contender, Judge, Race, course_of, member_of, one
from tests.support.classroom import LMS, PHOTO
from tests.support.market import PRICE
from tests.support.people import Someone
from tests.support.scenarios_stage import Stage

GRANTED = 3_500_000
ANOTHER = "https://lms.example.test/lain.pdf"


def _bought(stage: Stage, number: int, which: int = 0) -> tuple[Someone, str]:
    """A member whom the registry knows, and the redeem code of a webinar."""
    who, card = member_of(stage, number, which)
    stage.outside.know(who)
    course = course_of(stage, number, 2) if which == 0 else f"RACE{number}"
    sale = stage.market.buy(card=card, course_code=course, schedule_code=course, invoice=f"INV-{number}-{which}")
    return who, str(sale["redeem_code"])


def _present(stage: Stage, who: Someone, state: str) -> Contender:
    return lambda: attend(stage.p, wiring.face_check(), state=state, person_id=who.person_id, photo=PHOTO)


def _purchase_state(stage: Stage, who: Someone) -> str:
    (bought,) = stage.world.table.query(PURCHASE, person_id=who.person_id).items
    return str(bought["state"])


def one_session_twice(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, code = _bought(stage, number)
    stage.market.wait_for(code, 1)
    states = [stage.market.state(code) for _ in range(2)]

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [f"{LMS}?state={state}" for state in states]
        known = stage.market.redeem_code(code)
        assert [attended.sequence for attended in known.attendances] == [1]
        seen = [item for item in stage.world.items("evidence") if item.get("redeem_code") == code]
        assert len(seen) == 1

    return [_present(stage, who, state) for state in states], judge


def one_email_two_participants(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    codes = [_bought(stage, number, which)[1] for which in (0, 1)]

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        assert sorted(answer[1].get("code", "") for answer in answers) == ["", "ERRTRX40053"]

    return [lambda code=code: stage.market.send(code, email="sama@lms.test") for code in codes], judge  # type: ignore[misc]


def last_proofs_at_once(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, code = _bought(stage, number)
    for sequence in (1, 2):
        stage.market.attend(code, sequence)
    stage.market.wait_for(code, POST_TEST)
    assert stage.market.submit(code)[0] == 200
    state = stage.market.state(code, POST_TEST)

    def judge(answers: Sequence[Any]) -> None:
        assert answers[0] == f"{LMS}?state={state}"
        assert answers[1][0] == 200
        assert _purchase_state(stage, who) == "COMPLETED"
        balance = stage.market.balance(who)
        assert (balance["reserved"], balance["spent"]) == (0, PRICE)
        told = [one.body for one in stage.world.messages() if one.body.get("kind") == "COMPLETED"]
        assert [body["person_id"] for body in told if body["person_id"] == who.person_id] == [who.person_id]

    return [_present(stage, who, state), lambda: stage.market.feedback(code)], judge


def last_proof_against_the_end(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The time runs out while a participant attends: completed and paid, or ended and forfeited, never both or neither."""
    who, code = _bought(stage, number)
    for sequence in (1, 2):
        stage.market.attend(code, sequence)
    assert stage.market.submit(code)[0] == stage.market.feedback(code)[0] == 200
    left = finish_by(stage.market.redeem_code(code)) - stage.clock.programme()
    stage.clock.travel(seconds=left.total_seconds() - 30)
    state = stage.market.state(code, POST_TEST)

    def end() -> None:
        stage.clock.travel(seconds=60)
        end_course(stage.p, redeem_code=code)

    def judge(answers: Sequence[Any]) -> None:
        state_now, balance = _purchase_state(stage, who), stage.market.balance(who)
        assert state_now in ("COMPLETED", "NOT_COMPLETED")
        assert isinstance(answers[0], str if state_now == "COMPLETED" else CourseOver), answers
        assert answers[1] is None, "whoever comes too late to end a course has nothing to end, and does not fail"
        assert (balance["spent"], balance["forfeited"]) == ((PRICE, 0) if state_now == "COMPLETED" else (0, PRICE))
        assert sum(balance.values()) == GRANTED
        assert stage.market.redeem_code(code).state == state_now
        assert "open_purchase_id" not in stage.market.membership(who)

    return [_present(stage, who, state), end], judge


def another_file_against_feedback(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Both are taken, in one order or the other: the newest file stands, and the skill was shown and judged."""
    _, code = _bought(stage, number)
    assert stage.market.redeem(code)[0] == stage.market.submit(code)[0] == 200

    def judge(answers: Sequence[Any]) -> None:
        assert [answer[0] for answer in answers] == [200, 200]
        (task,) = tasks_of(stage.world.table, code)
        assert task.url_file == ANOTHER
        assert len(task.heard) == 3, "neither has written over the other"
        assert stage.market.redeem_code(code).skill_shown

    return [lambda: stage.market.submit(code, url_file=ANOTHER), lambda: stage.market.feedback(code)], judge


LEARNING = (
    Race("one session, attended twice", one_session_twice),
    Race("one e-mail, two participants", one_email_two_participants),
    Race("the last two proofs", last_proofs_at_once),
    Race("the last proof against the end", last_proof_against_the_end),
    Race("another file against feedback", another_file_against_feedback),
)
