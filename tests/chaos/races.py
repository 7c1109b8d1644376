"""Who can race for what, as data: what is prepared, who contends, and how the winner is judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from functions.operator_api.routes_approvals import ANNOUNCED
from prakerja.balance import reserve_parts
from prakerja.balance.store import load_balance
from prakerja.identity import submit_identity
from prakerja.identity.answers import RegistryRecord
from prakerja.membership import change_membership
from prakerja.platform.access_patterns import GUARD, PERSON_STATE, PURCHASE, SESSION
from prakerja.platform.approvals import Approval, approve, propose
from prakerja.platform.clock import to_text
from prakerja.platform.problems import Problem
from prakerja.registration.model.address import Channel
from prakerja.registration.service.sessions import refresh_session
from prakerja.registration.service.sign_in import start_sign_in, verify_sign_in
from prakerja.training.model.purchase import PurchaseState
from prakerja.training.store.purchase import load_code
from prakerja.waves.service import DECREE
from tests.support.market import PRICE
from tests.support.people import Someone, plant_member, plant_person, someone
from tests.support.scenarios_people import CHECK, CODE, CODE_KEY, KEYS
from tests.support.scenarios_stage import Stage

Contender = Callable[[], Any]
Judge = Callable[[Sequence[Any]], None]
"""Looks at what each contender was answered (a Problem, if it was refused) and at the world."""


@dataclass(frozen=True)
class Race:
    """``ready(stage, round)`` sets the scene with people of that round, and answers who contends and who judges."""

    name: str
    ready: Callable[[Stage, int], tuple[list[Contender], Judge]]


def person(round_number: int, which: int = 0, **more: Any) -> Someone:
    """The ``which``-th person of a round."""
    return someone(1000 + 10 * round_number + which, **more)


def answer_of(contender: Contender) -> Any:
    """What a contender is answered."""
    try:
        return contender()
    except Problem as problem:
        return problem


def one(answers: Sequence[Any], wins: Callable[[Any], bool]) -> None:
    """Exactly one contender won."""
    assert sum(map(wins, answers)) == 1, answers


# people -------------------------------------------------------------------------------------------------------------
def one_nik_two_accounts(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, accounts = person(number), [person(number), person(number, 1)]
    stage.outside.know(who)
    for account in accounts:
        plant_person(stage.world, account, verified=False)
        record = RegistryRecord(who.nik, who.family_card_number, who.full_name, who.birth_date, who.mother_name)
        submit_identity(stage.p, person_id=account.person_id, record=record, region="3276", key="k")
    stage.relay()
    messages = [stage.take(CHECK, account.person_id) for account in accounts]

    def judge(_: Sequence[Any]) -> None:
        states = [stage.world.table.get(PERSON_STATE, person_id=account.person_id) for account in accounts]
        assert sorted(str(state and state["identity_status"]) for state in states) == ["NIK_TAKEN", "VERIFIED"]
        guard = stage.world.table.get(GUARD, kind="NIK", digest=stage.world.guards.digest("NIK", who.nik))
        (verified,) = [state for state in states if state and state["identity_status"] == "VERIFIED"]
        assert guard is not None
        assert verified["pk"] == f"PERSON#{guard['person_id']}"

    return [lambda m=message: stage.work(m) for message in messages], judge  # type: ignore[misc]


def one_address_two_sign_ups(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, proofs = person(number), []
    for device in ("device-a", "device-b"):
        stage.clock.move(seconds=61)
        challenge = start_sign_in(
            stage.p, channel=Channel.PHONE, address=who.phone, device_id=device + who.phone, key=device
        )
        stage.relay()
        stage.work(stage.take(CODE, challenge.challenge_id))
        proofs.append((challenge.challenge_id, stage.code(who.phone), device + who.phone))
    before = len(people(stage))

    def prove(proof: tuple[str, str, str]) -> Any:
        challenge_id, code, device = proof
        return verify_sign_in(stage.p, CODE_KEY, challenge_id=challenge_id, code=code, device_id=device)

    def judge(answers: Sequence[Any]) -> None:
        again = [prove(proof) if isinstance(a, Problem) else a for proof, a in zip(proofs, answers, strict=True)]
        assert len({session.person_id for session in again}) == 1
        assert len(people(stage)) == before + 1

    return [lambda p=proof: prove(p) for proof in proofs], judge  # type: ignore[misc]


def _signed_in(stage: Stage, number: int) -> Any:
    who = person(number)
    challenge = start_sign_in(stage.p, channel=Channel.PHONE, address=who.phone, device_id=who.phone, key="k")
    stage.relay()
    stage.work(stage.take(CODE, challenge.challenge_id))
    code = stage.code(who.phone)
    return verify_sign_in(stage.p, CODE_KEY, challenge_id=challenge.challenge_id, code=code, device_id=who.phone)


def one_token_refreshed_twice(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    session = _signed_in(stage, number)
    token, device = KEYS.refresh_token(session), person(number).phone

    def refresh() -> Any:
        return refresh_session(stage.p, KEYS, refresh_token=token, device_id=device)

    def judge(answers: Sequence[Any]) -> None:
        assert len({KEYS.refresh_token(answer) for answer in answers}) == 1, "both get the same successor"
        item = stage.world.table.get(SESSION, session_id=session.session_id)
        assert item is not None
        assert (item["generation"], item.get("ended_at")) == (2, None)

    return [refresh, refresh], judge


def one_token_on_two_devices(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    session = _signed_in(stage, number)
    token = KEYS.refresh_token(session)

    def refresh(device: str) -> Any:
        return refresh_session(stage.p, KEYS, refresh_token=token, device_id=device)

    def judge(answers: Sequence[Any]) -> None:
        assert isinstance(answers[1], Problem), "the thief gets nothing"
        item = stage.world.table.get(SESSION, session_id=session.session_id)
        assert item is not None
        assert item["end_reason"] == "REFRESH_TOKEN_REUSED"

    return [lambda: refresh(person(number).phone), lambda: refresh("a thief's")], judge


def people(stage: Stage) -> set[str]:
    """Ids of all people."""
    return {item["pk"] for item in stage.world.items("people") if item["sk"] == "STATE"}


# courses ------------------------------------------------------------------------------------------------------------
def member_of(stage: Stage, number: int, which: int = 0) -> tuple[Someone, str]:
    """A member who can buy, and their card."""
    who = person(number, which)
    card = f"8{number:011d}{which:04d}"
    plant_member(stage.world, who, card_number=card)
    stage.world.table.commit(change_membership(who.person_id, set={"account_linked": True}))
    return who, card


def _token(stage: Stage, number: int, which: int, course: str) -> tuple[str, str]:
    _, card = member_of(stage, number, which)
    token = stage.market.token(card=card, course_code=course, schedule_code=course, amount=PRICE)
    return token, stage.market.code(token)


def course_of(stage: Stage, number: int, quota: int) -> str:
    course = f"RACE{number}"
    stage.market.offer(course, course, quota=quota)
    return course


def one_code_two_institutions(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    _, card = member_of(stage, number)
    course = course_of(stage, number, 1)
    sale = stage.market.buy(card=card, course_code=course, schedule_code=course, invoice=f"INV-{number}")
    code = sale["redeem_code"]

    def judge(answers: Sequence[Any]) -> None:
        first, second, stranger = answers
        assert first == second
        assert (first[0], stranger[0], stranger[1]["code"]) == (200, 400, "ERRTRX40031")
        stored = load_code(stage.world.table, code)
        assert stored is not None
        assert (stored.state, stored.version) == (PurchaseState.REDEEMED, 2)

    redeem = stage.market.redeem
    return [lambda: redeem(code), lambda: redeem(code), lambda: redeem(code, "bkk")], judge


def one_seat_two_buyers(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    course = course_of(stage, number, 1)
    payments = [_token(stage, number, which, course) for which in (0, 1)]

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        assert sorted(answer[1].get("code", "") for answer in answers) == ["", "ERRTRX40015"]
        assert stage.market.seats(course, course) == 0
        balances = [stage.market.balance(person(number, which)) for which in (0, 1)]
        assert sorted(balance["reserved"] for balance in balances) == [0, PRICE]

    pay = stage.market.pay
    return [
        lambda: pay(payments[0][0], otp=payments[0][1], invoice=f"A-{number}"),
        lambda: pay(payments[1][0], otp=payments[1][1], invoice=f"B-{number}"),
    ], judge


def one_payment_twice(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    course = course_of(stage, number, 2)
    token, otp = _token(stage, number, 0, course)

    def judge(answers: Sequence[Any]) -> None:
        assert [status for status, _ in answers] == [200, 200], answers
        assert answers[0] == answers[1]
        assert len(stage.world.table.query(PURCHASE, person_id=person(number).person_id).items) == 1
        assert stage.market.balance(person(number))["reserved"] == PRICE
        assert stage.market.seats(course, course) == 1

    return [lambda: stage.market.pay(token, otp=otp, invoice=f"C-{number}")] * 2, judge


def one_invoice_two_members(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    course = course_of(stage, number, 2)
    payments = [_token(stage, number, which, course) for which in (0, 1)]

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer[0] == 200)
        assert sorted(answer[1].get("code", "") for answer in answers) == ["", "ERRTRX40026"]
        assert stage.market.seats(course, course) == 1

    return [
        lambda token=token, otp=otp: stage.market.pay(token, otp=otp, invoice=f"D-{number}")  # type: ignore[misc]
        for token, otp in payments
    ], judge


def one_balance_two_moves(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who, _ = member_of(stage, number)
    most = 2_000_000

    def reserve(purchase_id: str) -> None:
        balance = load_balance(stage.world.table, who.person_id)
        assert balance is not None
        stage.world.table.commit(*reserve_parts(balance, most, purchase_id, stage.clock.programme()))

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: answer is None)
        assert stage.market.balance(who)["reserved"] == most
        booked = [
            item for item in stage.world.items("programme") if f"{who.person_id}:RESERVED" in item.get("credit", "")
        ]
        assert len(booked) == 1

    return [lambda: reserve(f"a-{number}"), lambda: reserve(f"b-{number}")], judge


def two_approvers(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    approval_id = f"approval-{number}"
    proposal = Approval(
        approval_id, DECREE, f"wave-{number}", "5" * 64, "op-1", to_text(stage.clock.wall()), content={}
    )
    stage.world.table.commit(*propose(proposal))

    def agree(sub: str) -> Any:
        return approve(stage.p, operator=stage.operator(sub), approval_id=approval_id, announce=ANNOUNCED)

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: not isinstance(answer, Problem))
        assert {getattr(answer, "slug", "") for answer in answers} == {"", "already-decided"}
        announced = [message for message in stage.world.messages() if message.body.get("approval_id") == approval_id]
        assert len(announced) == 1

    return [lambda: agree("op-2"), lambda: agree("op-3")], judge


PEOPLE = (
    Race("one NIK, two accounts", one_nik_two_accounts),
    Race("one address, two sign-ups", one_address_two_sign_ups),
    Race("one refresh token, used twice", one_token_refreshed_twice),
    Race("one refresh token, on two devices", one_token_on_two_devices),
)
COURSES = (
    Race("one redeem code, two institutions", one_code_two_institutions),
    Race("one seat, two buyers", one_seat_two_buyers),
    Race("one payment, authorised twice", one_payment_twice),
    Race("one invoice, two members", one_invoice_two_members),
    Race("one balance, two moves", one_balance_two_moves),
    Race("one proposal, two approvers", two_approvers),
)
