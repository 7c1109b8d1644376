"""An institution redeems a code, sends participants to attend, hands in tasks and gives feedback; what is another's looks
as if it did not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prakerja.platform.access_patterns import ATTENDANCE, BALANCE, COURSE_EMAIL
from prakerja.training.learning_errors import CourseOver
from prakerja.training.model.catalogue import POST_TEST
from tests.support.classroom import LMS, SITE
from tests.support.market import PRICE, STATUS, Market, refused
from tests.support.world import World

OTHER_CARD = "8000000000000002"
TASK_STATUS = "/tpm/submission/status"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def code(market: Market) -> str:
    market.member()
    return str(market.buy()["redeem_code"])


def status(market: Market, code: str, sequence: int) -> tuple[int, int]:
    """What ``redeem-code/status`` says: redeemed, attended."""
    answer = market.call("lpk", STATUS, {"redeem_code": code, "sequence": sequence})[1]["data"]
    assert answer["sequence"] == sequence
    return answer["status"], answer["attendance_status"]


# redeeming ----------------------------------------------------------------------------------------------------------
def test_committing_twice_answers_the_same(market: Market, code: str) -> None:
    first = market.redeem(code)
    market.world.clock.move(hours=1)
    assert market.redeem(code) == first
    assert first[1]["data"]["status"] == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda market, code: market.call("bkk", STATUS, {"redeem_code": code}),
        lambda market, code: market.redeem(code, "bkk"),
        lambda market, code: market.send(code, partner="bkk"),
        lambda market, code: market.submit(code, partner="bkk"),
        lambda market, code: market.feedback(code, partner="bkk"),
        lambda market, code: market.call("bkk", TASK_STATUS, {"redeem_code": code, "scope": "uk", "sequence": 999}),
    ],
)
def test_another_institutions_code_looks_unknown(market: Market, code: str, ask: Callable[[Market, str], Any]) -> None:
    before = market.world.items("programme")
    assert refused(ask(market, code), "ERRTRX40031") == refused(ask(market, "UNKNOWN00000"), "ERRTRX40031")
    assert market.world.items("programme") == before


def test_the_old_name_of_the_field_is_read(market: Market, code: str) -> None:
    assert market.call("lpk", STATUS, {"code": code})[1]["data"]["redeem_code"] == code


# attendance ---------------------------------------------------------------------------------------------------------
def test_status_tells_the_truth_for_each_sequence(market: Market, code: str) -> None:
    assert [status(market, code, number) for number in (1, 2, POST_TEST)] == [(0, 0), (0, 0), (0, 0)]
    market.attend(code, 1)
    assert [status(market, code, number) for number in (1, 2, POST_TEST)] == [(1, 1), (1, 0), (1, 0)]
    market.attend(code, 2)
    market.attend(code, POST_TEST)
    assert [status(market, code, number) for number in (1, 2, 3, POST_TEST)] == [(1, 1), (1, 1), (1, 0), (1, 1)]


def test_status_of_an_attended_code_is_one_read(market: Market, code: str) -> None:
    market.attend(code)
    with market.counted() as looked:
        assert status(market, code, 1) == (1, 1)
    assert looked.operations == ["BatchGetItem"]


def test_where_a_participant_is_sent(market: Market, code: str) -> None:
    answer, body = market.send(code, redirect_uri=f"{LMS}?kelas=7&x=a%20b", email="Peserta@LMS.test")
    assert answer == 200, body
    state = body["data"]["state"]
    assert body == {
        "success": True,
        "message": "OK",
        "data": {
            "url": f"{SITE}/attendance/{state}",
            "state": state,
            "course": {"type": 2, "learning_method": "WEBINAR"},
        },
    }
    assert len(state) == 40
    market.wait_for(code, 1)
    assert market.present(state) == f"{LMS}?kelas=7&x=a%20b&state={state}"


def test_sending_costs_one_read_and_one_transaction(market: Market, code: str) -> None:
    status(market, code, 1)
    with market.counted() as sent:
        assert market.send(code)[0] == 200
    assert sent.operations == ["BatchGetItem", "TransactWriteItems"]
    assert sent.written == [2]


def test_a_replayed_request_answers_the_first_state_and_a_new_one_its_own(market: Market, code: str) -> None:
    first = market.send(code)
    stored = market.world.items("programme")
    assert market.send(code) == first
    assert market.world.items("programme") == stored
    market.world.clock.move(seconds=1)
    again = market.send(code)
    assert again[1]["data"]["state"] != first[1]["data"]["state"]
    market.wait_for(code, 1)
    for answer in (first, again):
        assert market.present(answer[1]["data"]["state"]).startswith(LMS)


@pytest.mark.parametrize(
    "address",
    [
        "https://lms.example.test/kembali/",
        "https://lms.example.test/lain",
        "http://lms.example.test/kembali",
        "https://lms.example.test:8443/kembali",
        "https://lain.example.test/kembali",
        "https://lms.example.test@lain.test/kembali",
        "https://lms.example.test/kembali#x",
        "https://lms.example.test/lain/../kembali",
        "//lms.example.test/kembali",
        "javascript:alert(1)",
        "kembali",
    ],
)
def test_a_participant_goes_back_to_a_registered_address_only(market: Market, code: str, address: str) -> None:
    before = market.world.items("programme")
    refused(market.send(code, redirect_uri=address), "ERRTRX40052")
    assert market.world.items("programme") == before


def test_an_e_mail_is_one_participants_for_a_course(market: Market, code: str) -> None:
    two = market.member(2, card=OTHER_CARD)
    other = market.buy(card=OTHER_CARD, invoice="INV-2")["redeem_code"]
    assert market.send(code, email="a@lms.test")[0] == 200
    refused(market.send(other, email=" A@LMS.test "), "ERRTRX40053")
    assert market.send(other, email="b@lms.test")[0] == 200
    assert market.send(code, 2, email="a@lms.test")[0] == 200
    market.complete(code)
    market.offer("C2", "S2")
    market.world.clock.move(minutes=1)
    second = market.buy(invoice="INV-3", course_code="C2", schedule_code="S2")["redeem_code"]
    assert market.learner(second) != two.person_id
    assert market.send(second, email="b@lms.test")[0] == 200


def test_an_e_mail_is_not_kept(market: Market, code: str) -> None:
    market.send(code, email="rahasia@lms.test")
    stored = str(market.world.items("programme"))
    assert "rahasia" not in stored
    found = [item["pk"] for item in market.world.items("programme") if item["pk"].startswith("COURSE_EMAIL#C1#")]
    assert [COURSE_EMAIL.parse({"pk": pk, "sk": "EMAIL"})["course_code"] for pk in found] == ["C1"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"sequence": 3}, "ERRTRX40034"),
        ({"sequence": 0}, "ERRREQ40002"),
        ({"sequence": 11}, "ERRREQ40002"),
        ({"sequence": "1"}, "ERRREQ40002"),
        ({"email": "x"}, "ERRREQ40002"),
        ({"email": None}, "ERRREQ40002"),
        ({"redirect_uri": ""}, "ERRREQ40002"),
        ({"redirect_uri": LMS + "?" + "x" * 2048}, "ERRREQ40002"),
    ],
)
def test_who_cannot_be_sent(market: Market, code: str, changes: dict[str, Any], error: str) -> None:
    refused(market.send(code, **changes), error)


def test_the_first_session_is_meant_where_none_is_named(market: Market, code: str) -> None:
    state = market.send(code, sequence=None)[1]["data"]["state"]
    stored = market.world.table.get(ATTENDANCE, attendance=state)
    assert stored is not None
    assert stored["sequence"] == 1


def test_nobody_is_sent_to_a_course_that_is_over(market: Market, code: str) -> None:
    market.world.clock.travel(days=40)
    refused(market.send(code), "ERRTRX40051")
    refused(market.redeem(code), "ERRTRX40051")
    assert CourseOver().text("id")[1] in market.send(code)[1]["message"]


# completion ---------------------------------------------------------------------------------------------------------
def test_an_institutions_word_completes_nothing(market: Market, code: str) -> None:
    refused(
        market.call("lpk", "/training/evidence", {"redeem_code": code, "sequence": 1, "passed": True}),
        "ERRREQ40401",
        404,
    )


def test_feedback_to_the_skill_demonstration_is_the_last_proof(market: Market, code: str) -> None:
    person_id = market.learner(code)
    market.learn(code)
    market.submit(code, scope="tpm", sequence=1)
    market.feedback(code, scope="tpm", sequence=1)
    assert market.redeem_code(code).state == "REDEEMED"
    market.submit(code)
    market.feedback(code)
    assert market.redeem_code(code).state == "COMPLETED"
    balance = market.world.table.get(BALANCE, person_id=person_id)
    assert balance is not None
    assert (balance["reserved"], balance["spent"]) == (0, PRICE)


def test_the_post_test_may_be_the_last_proof_too(market: Market, code: str) -> None:
    market.attend(code, 1)
    market.submit(code)
    market.feedback(code)
    market.attend(code, 2)
    assert market.redeem_code(code).state == "REDEEMED"
    market.attend(code, POST_TEST)
    assert market.redeem_code(code).state == "COMPLETED"
    before = market.redeem_code(code), market.purchase_of(code)
    market.feedback(code)
    assert (market.redeem_code(code), market.purchase_of(code)) == before
