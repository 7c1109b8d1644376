"""Two at once, and answers that get lost: one winner, one effect, the same answer when asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions.operator_api.routes_approvals import ANNOUNCED
from prakerja.platform.approvals import approve
from prakerja.platform.auth import Operator
from prakerja.training.model.cancellation import CancellationReason
from prakerja.training.model.catalogue import POST_TEST
from prakerja.training.service.annulling import annul, propose_cancellation
from prakerja.training.store.purchase import load_purchase
from tests.support.market import PRICE, Market, refused
from tests.support.world import World

OTHER_CARD = "8000000000000002"
Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


# two at once ------------------------------------------------------------------------------------------------------
def test_two_buyers_one_seat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    market = Market(world, monkeypatch, quota=1, pools=1)
    one, two = market.member(), market.member(2, card=OTHER_CARD)
    first, second = market.token(), market.token(card=OTHER_CARD)
    winner: list[Answer] = []
    market.before_commit(lambda: winner.append(market.pay(second, invoice="INV-2")))
    refused(market.pay(first), "ERRTRX40015")
    assert winner[0][0] == 200
    assert (market.balance(one)["reserved"], market.balance(two)["reserved"]) == (0, PRICE)
    assert market.purchases(one) == []


def test_two_buyers_two_seats_of_one_pool(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    market = Market(world, monkeypatch, quota=2, pools=1)
    market.member(), market.member(2, card=OTHER_CARD)
    first, second = market.token(), market.token(card=OTHER_CARD)
    market.before_commit(lambda: market.pay(second, invoice="INV-2"))
    assert market.pay(first)[0] == 200
    assert market.seats() == 0


def test_the_same_authorisation_twice_at_once(market: Market) -> None:
    who = market.member()
    token = market.token()
    twin: list[Answer] = []
    market.before_commit(lambda: twin.append(market.pay(token)))
    assert market.pay(token) == twin[0]
    assert market.balance(who)["reserved"] == PRICE
    assert market.seats() == 3


def test_the_same_authorisation_overtaken_between_its_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin has taken the last seat and most of the balance: this one must still answer as the twin did."""
    market = Market(world, monkeypatch, quota=1, pools=1)
    market.member()
    token = market.token()
    otp = market.code(token)
    twin: list[Answer] = []
    market.between_reads(lambda: twin.append(market.pay(token, otp=otp)))
    assert market.pay(token, otp=otp) == twin[0]
    assert twin[0][0] == 200


def test_two_courses_at_once(market: Market) -> None:
    who = market.member()
    market.offer("C2", "S2")
    first = market.token()
    market.world.clock.move(minutes=1)
    second = market.token(course_code="C2", schedule_code="S2")
    market.before_commit(lambda: market.pay(second, invoice="INV-2"))
    refused(market.pay(first), "ERRTRX40020")
    assert [purchase["course_code"] for purchase in market.purchases(who)] == ["C2"]


def test_guessing_in_parallel_wins_nothing(market: Market) -> None:
    """The right code, sent while three wrong ones are being counted, comes too late."""
    who = market.member()
    token = market.token()
    right = market.code(token)
    wrong = [f"00000{digit}" for digit in range(4) if f"00000{digit}" != right][:3]
    market.before_commit(lambda: [market.pay(token, otp=otp) for otp in wrong])
    refused(market.pay(token, otp=right), "ERRTRX40023")
    assert market.purchases(who) == []


def test_redeeming_against_cancelling(market: Market) -> None:
    who = market.member()
    data = market.buy()
    void = {"invoice_code": "INV-1", "transaction_code": data["transaction_code"]}
    market.before_commit(lambda: market.call("toko", "/payment/void", void))
    refused(market.redeem(data["redeem_code"]), "ERRTRX40032")
    assert market.balance(who)["available"] == 3_500_000

    market.world.clock.move(minutes=1)
    again = market.buy(invoice="INV-2")
    void = {"invoice_code": "INV-2", "transaction_code": again["transaction_code"]}
    market.before_commit(lambda: market.redeem(again["redeem_code"]))
    refused(market.call("toko", "/payment/void", void), "ERRTRX40027")
    assert market.balance(who)["reserved"] == PRICE


def test_the_last_two_proofs_at_once(market: Market) -> None:
    who = market.member()
    code = market.buy()["redeem_code"]
    for sequence in (1, 2):
        market.attend(code, sequence)
    assert market.submit(code)[0] == 200
    market.wait_for(code, POST_TEST)
    market.before_commit(lambda: market.attend(code, POST_TEST))
    assert market.feedback(code)[0] == 200
    assert market.balance(who)["spent"] == PRICE
    assert [message.body["kind"] for message in market.world.take() if message.body.get("kind") == "COMPLETED"] == [
        "COMPLETED"
    ]


def test_the_same_void_twice_at_once(market: Market) -> None:
    who = market.member()
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    twin: list[Answer] = []
    market.before_commit(lambda: twin.append(market.call("toko", "/payment/void", void)))
    assert market.call("toko", "/payment/void", void) == twin[0]
    assert twin[0][0] == 200
    assert market.balance(who)["available"] == 3_500_000
    assert market.seats() == 4


def test_the_same_void_overtaken_between_its_reads(market: Market) -> None:
    market.member()
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    twin: list[Answer] = []
    market.between_reads(lambda: twin.append(market.call("toko", "/payment/void", void)))
    assert market.call("toko", "/payment/void", void) == twin[0]
    assert twin[0][0] == 200


def test_two_different_voids_at_once(market: Market) -> None:
    """The money comes back once, and only one of them has done it: the other one is told so."""
    who = market.member()
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    first: list[Answer] = []

    def overtake() -> None:
        market.world.clock.move(seconds=1)
        first.append(market.call("toko", "/payment/void", void))

    market.before_commit(overtake)
    refused(market.call("toko", "/payment/void", void), "ERRPLT40028")
    assert first[0][0] == 200
    assert market.balance(who)["available"] == 3_500_000


def test_operators_who_are_too_late_to_cancel_are_answered_what_is(market: Market) -> None:
    who, p = market.member(), market.world.platform
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    (bought,) = market.purchases(who)
    whose: dict[str, Any] = {"person_id": who.person_id, "purchase_id": bought["purchase_id"]}
    why: dict[str, Any] = {"reason": CancellationReason.NOT_HELD, "evidence_reference": "letter 7"}
    approval_id = propose_cancellation(p, operator="op-1", **whose, **why).approval_id
    officer = Operator("op-2", frozenset({"payout_officer"}), market.world.clock.wall())
    approve(p, operator=officer, approval_id=approval_id, announce=ANNOUNCED)

    def overtake() -> None:
        market.world.clock.travel(seconds=90)
        assert market.call("toko", "/payment/void", void)[0] == 200

    market.before_commit(overtake)
    answer = annul(p, person_id=who.person_id, approval_id=approval_id)
    assert answer == load_purchase(market.world.table, **whose)


def test_two_different_feedbacks_at_once_complete_a_course_with_one_of_them(market: Market) -> None:
    who = market.member()
    code = market.buy()["redeem_code"]
    market.learn(code)
    assert market.submit(code)[0] == 200
    first: list[Answer] = []
    market.before_commit(lambda: first.append(market.feedback(code, notes="Lebih dahulu.")))
    refused(market.feedback(code, notes="Terlambat."), "ERRTRX40055")
    assert first[0][1]["data"]["notes"] == "Lebih dahulu."
    assert market.balance(who)["spent"] == PRICE


def test_two_codes_asked_for_at_once(market: Market) -> None:
    market.member()
    market.before_commit(lambda: market.ask(user_platform_id="u-2"))
    refused(market.ask(), "ERRREQ42901", 429)
    assert len(market.world.take("training.payment_code_requested.v1")) == 1


# answers that get lost --------------------------------------------------------------------------------------------
def _ask(market: Market) -> Callable[[], Answer]:
    return market.ask


def _pay(market: Market) -> Callable[[], Answer]:
    token = market.token()
    return lambda: market.pay(token)


def _redeem(market: Market) -> Callable[[], Answer]:
    code = market.buy()["redeem_code"]
    return lambda: market.redeem(code)


def _complete(market: Market) -> Callable[[], Answer]:
    code = market.buy()["redeem_code"]
    market.learn(code)
    market.submit(code)
    return lambda: market.feedback(code)


COMMANDS = pytest.mark.parametrize("command", [_ask, _pay, _redeem, _complete])


def _business(market: Market) -> list[dict[str, Any]]:
    """All items but the partners' own, on which the use of their keys is noted."""
    return [item for item in market.world.items("programme") if not item["pk"].startswith("PARTNER#")]


@COMMANDS
def test_a_lost_answer_is_never_a_second_effect(
    market: Market, command: Callable[[Market], Callable[[], Answer]]
) -> None:
    market.member()
    send = command(market)
    market.lose_answer()
    assert send()[0] == 500
    done = _business(market)
    answer = send()
    assert answer[0] == 200
    assert _business(market) == done
    assert send() == answer


def test_a_lost_answer_to_void_is_told_as_cancelled(market: Market) -> None:
    """The same request again gets the answer that was lost; a platform that signs anew learns it from the error."""
    who = market.member()
    void = {"invoice_code": "INV-1", "transaction_code": market.buy()["transaction_code"]}
    market.lose_answer()
    assert market.call("toko", "/payment/void", void)[0] == 500
    assert market.call("toko", "/payment/void", void)[0] == 200
    market.world.clock.move(seconds=1)
    refused(market.call("toko", "/payment/void", void), "ERRPLT40028")
    assert market.balance(who)["available"] == 3_500_000
    assert market.seats() == 4


@COMMANDS
def test_a_call_that_never_arrived_leaves_nothing(
    market: Market, command: Callable[[Market], Callable[[], Answer]]
) -> None:
    market.member()
    send = command(market)
    before = _business(market)

    def die() -> None:
        raise TimeoutError

    market.before_commit(die)
    assert send()[0] == 500
    assert _business(market) == before
    assert send()[0] == 200
