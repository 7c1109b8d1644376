"""A participant attends in person: recognised or not, in time or not, twice, at once with others, with a test code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prakerja import wiring
from prakerja.platform.clock import wib_date
from prakerja.platform.problems import Problem
from prakerja.training.errors import CodeCancelled
from prakerja.training.learning_errors import (
    AttendanceClosed,
    AttendanceExpired,
    AttendanceLocked,
    AttendanceUnknown,
    CourseOver,
    FaceCheckUnavailable,
    FaceNotMatched,
    PhotoUnusable,
)
from prakerja.training.model.attendance import LIFE, MAX_PHOTO_BYTES, MAX_WRONG_FACES
from prakerja.training.model.catalogue import POST_TEST, CourseType
from prakerja.training.model.purchase import RedeemCode
from prakerja.training.service.attending import attend, look_at_attendance
from prakerja.training.store.purchase import new_code
from tests.support.classroom import LMS, PHOTO, STRANGER
from tests.support.market import Market
from tests.support.world import World

OTHER_CARD = "8000000000000002"
STATUS = "/payment/redeem-code/status"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def code(market: Market) -> str:
    market.member()
    return str(market.buy()["redeem_code"])


@pytest.fixture
def state(market: Market, code: str) -> str:
    """Of the first session, whose time has come."""
    market.wait_for(code, 1)
    return market.state(code)


def refuses(market: Market, error: type[Problem], act: Callable[[], object], *, counts: bool = False) -> Problem:
    """Nothing but what is counted changes."""
    before = market.world.items("programme")
    with pytest.raises(error) as refusal:
        act()
    after = market.world.items("programme")
    if counts:
        before, after = ([{**item, "wrong_faces": 0, "commit_id": ""} for item in items] for items in (before, after))
    assert after == before
    return refusal.value


# recognised or not ----------------------------------------------------------------------------------------------------
def test_who_is_recognised_has_attended_and_goes_back(market: Market, code: str, state: str) -> None:
    assert market.present(state) == f"{LMS}?state={state}"
    known = market.redeem_code(code)
    assert (known.attended, known.state, known.redeemed_at) == ((1,), "REDEEMED", market.world.clock.programme())
    (fact,) = [item for item in market.world.items("evidence") if "#ATTENDED#" in item["sk"]]
    assert (fact["redeem_code"], fact["sequence"], fact["institution"]) == (code, 1, "lpk")


def test_what_was_recorded_is_answered_again_without_another_look(market: Market, code: str, state: str) -> None:
    first = market.present(state)
    before = market.world.items("programme")
    market.faces.down = True
    market.world.clock.move(days=1)
    assert market.present(state, photo=b"") == first
    assert market.world.items("programme") == before
    assert len(market.faces.asked) == 1


def test_attending_costs_two_reads_and_one_transaction(market: Market, code: str, state: str) -> None:
    with pytest.raises(FaceNotMatched):  # and the function is warm
        market.present(state, photo=STRANGER)
    person_id, face_check = market.learner(code), market.face_check()
    with market.counted() as spent:
        attend(wiring.platform(), face_check, state=state, person_id=person_id, photo=PHOTO)
    assert spent.operations == ["GetItem", "BatchGetItem", "TransactWriteItems"]
    assert spent.written == [2]


def test_a_photo_that_does_not_match_is_counted_until_the_state_is_dead(market: Market, code: str, state: str) -> None:
    for left in range(MAX_WRONG_FACES - 1, 0, -1):
        refusal = refuses(market, FaceNotMatched, lambda: market.present(state, photo=STRANGER), counts=True)
        assert refusal.facts == {"tries_left": left}
    refuses(market, AttendanceLocked, lambda: market.present(state, photo=STRANGER), counts=True)
    refuses(market, AttendanceLocked, lambda: market.present(state))
    assert market.redeem_code(code).attended == ()
    assert len(market.faces.asked) == MAX_WRONG_FACES
    assert market.attend(code).startswith(LMS)  # never the person: a new state works


def test_a_face_check_that_is_away_is_no_mismatch(market: Market, state: str) -> None:
    market.faces.down = True
    refusal = refuses(market, FaceCheckUnavailable, lambda: market.present(state))
    assert refusal.retry_after
    market.faces.down = False
    assert market.present(state).startswith(LMS)


@pytest.mark.parametrize(
    "photo", [b"", b"GIF89a", b"\xff\xd8", b"RIFF\0\0\0\0AVI ", PHOTO + b"\0" * MAX_PHOTO_BYTES, b"<svg/>"]
)
def test_what_is_no_photo_is_not_looked_at(market: Market, state: str, photo: bytes) -> None:
    refuses(market, PhotoUnusable, lambda: market.present(state, photo=photo))
    assert market.faces.asked == []


@pytest.mark.parametrize("photo", [b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 ", PHOTO])
def test_photos_of_every_phone_are_taken(market: Market, state: str, photo: bytes) -> None:
    assert market.present(state, photo=photo).startswith(LMS)


def test_no_photo_and_no_number_is_kept_or_logged(
    market: Market, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    market.present(state, photo=PHOTO + b"canary of a photo")
    left = "".join(capsys.readouterr()) + str([market.world.items(table) for table in market.world.names])
    assert "canary of a photo" not in left


# whose ----------------------------------------------------------------------------------------------------------------
def test_somebody_elses_state_looks_like_none(market: Market, state: str) -> None:
    stranger = market.member(2, card=OTHER_CARD).person_id
    texts = set()
    for given in (state, "0" * 40):
        for act in (
            lambda given=given: market.present(given, person_id=stranger),
            lambda given=given: look_at_attendance(market.world.platform, state=given, person_id=stranger),
            lambda given=given: look_at_attendance(market.world.platform, state=given, person_id=None),
        ):
            texts.add(str(refuses(market, AttendanceUnknown, act)))
    assert len(texts) == 1
    assert market.faces.asked == []


def test_what_the_page_shows(market: Market, code: str) -> None:
    person_id, p = market.learner(code), market.world.platform
    state = market.state(code)
    early = look_at_attendance(p, state=state, person_id=person_id)
    assert (early.course_title, early.institution_name, early.sequence) == ("Dasar Excel", "Lpk", 1)
    assert (early.is_open, early.is_done, early.is_test) == (False, False, False)
    assert early.window is not None
    market.wait_for(code, 1)
    assert look_at_attendance(p, state=state, person_id=person_id).is_open
    market.present(state)
    done = look_at_attendance(p, state=state, person_id=person_id)
    assert (done.is_done, done.return_url) == (True, f"{LMS}?state={state}")


# when -----------------------------------------------------------------------------------------------------------------
def test_a_state_lives_a_quarter_of_an_hour(market: Market, code: str, state: str) -> None:
    market.world.clock.move(seconds=LIFE.total_seconds())
    refuses(market, AttendanceExpired, lambda: market.present(state))
    assert market.faces.asked == []


def test_attendance_is_closed_outside_its_window(market: Market, code: str) -> None:
    state = market.state(code)
    refuses(market, AttendanceClosed, lambda: market.present(state))
    market.wait_for(code, 1)
    market.world.clock.travel(hours=2)
    refuses(market, AttendanceClosed, lambda: market.present(state))
    assert market.faces.asked == []


def test_a_missed_session_stays_missed(market: Market, code: str) -> None:
    market.attend(code, 2)
    market.attend(code, POST_TEST)
    market.submit(code)
    market.feedback(code)
    known = market.redeem_code(code)
    assert (known.attended, known.state) == ((2, POST_TEST), "REDEEMED")


def test_a_self_paced_course_is_attended_day_by_day(market: Market) -> None:
    market.member()
    market.offer("VIDEO", "S1", course_type=CourseType.SELF_PACED, sessions=3)
    code = market.buy(course_code="VIDEO")["redeem_code"]
    market.complete(code)
    known = market.redeem_code(code)
    assert known.state == "COMPLETED"
    assert len({wib_date(one.at) for one in known.attendances}) == 3


def test_a_cancelled_or_ended_course_is_not_attended(market: Market, code: str, state: str) -> None:
    sold = market.purchase_of(code)
    void = {"invoice_code": sold["invoice_code"], "transaction_code": sold["transaction_code"]}
    assert market.call("toko", "/payment/void", void)[0] == 200
    refuses(market, CodeCancelled, lambda: market.present(state))
    market.world.clock.move(minutes=1)
    market.world.clock.travel(days=-10)
    later = market.buy(invoice="INV-2")["redeem_code"]
    state = market.state(later)
    market.world.clock.travel(days=40)
    refuses(market, CourseOver, lambda: market.present(state))


# at once --------------------------------------------------------------------------------------------------------------
def test_two_at_once_attend_once(market: Market, code: str, state: str) -> None:
    other = market.state(code)
    market.before_commit(lambda: market.present(other))
    assert market.present(state) == f"{LMS}?state={state}"
    assert [one.sequence for one in market.redeem_code(code).attendances] == [1]


def test_wrong_photos_at_once_are_both_counted(market: Market, state: str) -> None:
    def other() -> None:
        with pytest.raises(FaceNotMatched):
            market.present(state, photo=STRANGER)

    market.before_commit(other)
    with pytest.raises(FaceNotMatched) as refusal:
        market.present(state, photo=STRANGER)
    assert refusal.value.facts == {"tries_left": MAX_WRONG_FACES - 2}


def test_attending_against_redeeming(market: Market, code: str, state: str) -> None:
    market.before_commit(lambda: market.redeem(code))
    market.present(state)
    known = market.redeem_code(code)
    assert (known.attended, known.version) == ((1,), 3)


def test_a_lost_answer_is_no_second_attendance(market: Market, code: str, state: str) -> None:
    market.lose_answer()
    with pytest.raises(Exception, match="Connection was closed"):
        market.present(state)
    done = market.world.items("programme")
    assert market.present(state).startswith(LMS)
    assert market.world.items("programme") == done


# test codes -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def trial(market: Market) -> str:
    now = market.world.clock.programme()
    facts: dict[str, Any] = dict.fromkeys(("person_id", "purchase_id", "invoice_code"), "")
    made = RedeemCode(
        **facts,
        redeem_code="PRAT-UJ0EEQ",
        institution="lpk",
        platform_name="Uji",
        course_code="TC1",
        schedule_code="TC1",
        course_type=CourseType.SELF_PACED,
        learning_method="SPL",
        is_online_attendance=True,
        starts_at=now,
        ends_at=now,
        sessions=1,
    )
    market.world.table.commit(new_code(made))
    return made.redeem_code


def test_a_test_code_needs_neither_person_nor_photo_nor_time(market: Market, trial: str) -> None:
    p = wiring.platform()
    for sequence in (POST_TEST, 1):
        state = market.state(trial, sequence)
        view = look_at_attendance(p, state=state, person_id=None)
        assert (view.is_test, view.is_open, view.is_done) == (True, True, False)
        assert attend(p, market.face_check(), state=state, person_id=None, photo=b"") == f"{LMS}?state={state}"
        answer = market.call("lpk", STATUS, {"redeem_code": trial, "sequence": sequence})[1]["data"]
        assert (answer["status"], answer["attendance_status"]) == (1, 1)
    assert market.submit(trial)[0] == market.feedback(trial)[0] == 200
    assert market.redeem_code(trial).state == "REDEEMED"
    assert market.faces.asked == []
    assert "due_at" not in str([item for item in market.world.items("programme") if "PRAT" in item["pk"]])


def test_a_test_code_is_its_institutions_only(market: Market, trial: str) -> None:
    assert market.send(trial, partner="bkk")[1]["code"] == "ERRTRX40031"
