"""Each way in which a provider can answer a transfer, and what our client must make of it."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.payouts.answers import Outcome, Reason, TransferStatus
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, NUMBERS, SOURCE, Bank

KYC, LIMIT, MONTHLY = Reason.KYC_REQUIRED, Reason.BALANCE_LIMIT, Reason.MONTHLY_LIMIT
INVALID, INACTIVE, UNKNOWN = Reason.ACCOUNT_INVALID, Reason.ACCOUNT_INACTIVE, Reason.UNKNOWN

FAULTS: list[tuple[dict[str, Any], Outcome, Reason | None, TransferStatus, int]] = [
    # fault, class of the answer, reason, what an inquiry says afterwards, credits
    ({"what": "lost_after_commit"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "lost_before_commit"}, Outcome.AMB, UNKNOWN, TransferStatus.NOT_FOUND, 0),
    ({"what": "late_commit"}, Outcome.AMB, UNKNOWN, TransferStatus.NOT_FOUND, 0),
    ({"what": "error_after_commit"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "error_after_commit", "code": "5040000"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "error_before_commit"}, Outcome.AMB, UNKNOWN, TransferStatus.NOT_FOUND, 0),
    ({"what": "error_before_commit", "code": "5000002"}, Outcome.AMB, UNKNOWN, TransferStatus.NOT_FOUND, 0),
    ({"what": "error_before_commit", "code": "4030016"}, Outcome.AMB, UNKNOWN, TransferStatus.NOT_FOUND, 0),
    ({"what": "pending_then_success"}, Outcome.PEND, UNKNOWN, TransferStatus.PENDING, 0),
    ({"what": "pending_then_fail"}, Outcome.PEND, UNKNOWN, TransferStatus.PENDING, 0),
    ({"what": "pending_forever"}, Outcome.PEND, UNKNOWN, TransferStatus.PENDING, 0),
    ({"what": "rate_limited"}, Outcome.REJ, None, TransferStatus.NOT_FOUND, 0),
    ({"what": "account_invalid"}, Outcome.FAIL, INVALID, TransferStatus.FAILED, 0),
    ({"what": "account_inactive"}, Outcome.FAIL, INACTIVE, TransferStatus.FAILED, 0),
    ({"what": "account_dormant"}, Outcome.FAIL, INACTIVE, TransferStatus.FAILED, 0),
    ({"what": "account_frozen"}, Outcome.FAIL, INACTIVE, TransferStatus.FAILED, 0),
    ({"what": "over_limit"}, Outcome.FAIL, LIMIT, TransferStatus.FAILED, 0),
    ({"what": "kyc_required"}, Outcome.FAIL, KYC, TransferStatus.FAILED, 0),
    ({"what": "refuse", "code": "4030003"}, Outcome.FAIL, Reason.REFUSED, TransferStatus.FAILED, 0),
    ({"what": "monthly_limit"}, Outcome.REJ, MONTHLY, TransferStatus.NOT_FOUND, 0),
    ({"what": "refuse", "code": "4030006"}, Outcome.REJ, None, TransferStatus.NOT_FOUND, 0),
    ({"what": "insufficient_funds"}, Outcome.STOP, None, TransferStatus.NOT_FOUND, 0),
    ({"what": "refuse", "code": "4030001"}, Outcome.STOP, None, TransferStatus.NOT_FOUND, 0),
    ({"what": "refuse", "code": "4000001"}, Outcome.BUG, None, TransferStatus.NOT_FOUND, 0),
    ({"what": "wrong_echo_reference"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "wrong_echo_amount"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "missing_reference_no"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "html_body"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "truncated_json"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "invalid_utf8"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "unknown_code"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "code_contradicts_http"}, Outcome.AMB, UNKNOWN, TransferStatus.PAID, 1),
    ({"what": "down"}, Outcome.AMB, UNKNOWN, TransferStatus.NOT_FOUND, 0),
]


@pytest.mark.parametrize(
    ("fault", "outcome", "reason", "status", "paid"),
    FAULTS,
    ids=["-".join(str(part) for part in row[0].values()) for row in FAULTS],
)
def test_fault(
    bank: Bank, fault: dict[str, Any], outcome: Outcome, reason: Reason | None, status: TransferStatus, paid: int
) -> None:
    bank.engine.add_fault(**{"role": "transfer", **fault})
    prepared = bank.prepare()
    answer = bank.provider.send(prepared, bank.external_id())
    assert (answer.outcome, answer.reason) == (outcome, reason), answer.message
    assert answer.must_confirm == (outcome is Outcome.FAIL or answer.code[:3] + answer.code[5:] == "40314")
    inquiry = bank.provider.inquire_transfer(prepared, bank.external_id())
    assert inquiry.status is status, inquiry.message
    assert bank.credits() == paid


def test_success_tells_the_providers_reference(bank: Bank) -> None:
    prepared = bank.prepare()
    answer = bank.provider.send(prepared, bank.external_id())
    assert answer.outcome is Outcome.OK
    assert answer.provider_reference == bank.books()["credits"][0]["reference_no"]
    assert bank.books()["source_accounts"] == {SOURCE: FUNDS - AMOUNT}
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).provider_reference == answer.provider_reference


@pytest.mark.parametrize(("what", "ends"), [("pending_then_success", "PAID"), ("pending_then_fail", "FAILED")])
def test_pending_ends(bank: Bank, what: str, ends: str) -> None:
    bank.engine.add_fault(what, seconds=20)
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    bank.clock.move(seconds=19)
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.PENDING
    bank.clock.move(seconds=1)
    inquiry = bank.provider.inquire_transfer(prepared, bank.external_id())
    assert inquiry.status is TransferStatus(ends)
    assert inquiry.reason is (INVALID if ends == "FAILED" else None)


def test_late_commit_is_paid_once_even_if_sent_again(bank: Bank) -> None:
    bank.engine.add_fault("late_commit", seconds=30, times=1)
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    again = bank.provider.send(prepared, bank.external_id())
    bank.clock.move(seconds=31)
    assert again.outcome is Outcome.OK
    assert bank.credits() == 1
    assert bank.books()["transfers"] == {"DROPPED": 1, "SUCCESS": 1}


def test_a_provider_without_duplicate_check_pays_twice(bank: Bank) -> None:
    """Why the settle window exists: the provider's own check is only the second net."""
    bank.engine.configure(bank.name.lower(), dedup="off")
    bank.engine.add_fault("late_commit", seconds=30, times=1)
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    bank.provider.send(prepared, bank.external_id())
    bank.clock.move(seconds=31)
    assert bank.credits() == 2


@pytest.mark.parametrize(("dedup", "outcome"), [("strict", Outcome.AMB), ("dana", Outcome.OK)])
def test_the_same_reference_again_after_success(bank: Bank, dedup: str, outcome: Outcome) -> None:
    bank.engine.configure(bank.name.lower(), dedup=dedup)
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    assert bank.provider.send(prepared, bank.external_id()).outcome is outcome
    assert bank.credits() == 1


@pytest.mark.parametrize("dedup", ["strict", "dana"])
def test_the_same_reference_again_after_failure_proves_nothing(bank: Bank, dedup: str) -> None:
    bank.engine.configure(bank.name.lower(), dedup=dedup)
    bank.engine.add_fault("account_dormant", times=1)
    prepared = bank.prepare()
    assert bank.provider.send(prepared, bank.external_id()).outcome is Outcome.FAIL
    assert bank.provider.send(prepared, bank.external_id()).outcome is Outcome.AMB
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.FAILED
    assert bank.credits() == 0


def test_the_same_reference_with_another_amount(bank: Bank) -> None:
    bank.provider.send(bank.prepare(), bank.external_id())
    other = bank.prepare(amount=AMOUNT // 2)
    answer = bank.provider.send(other, bank.external_id())
    assert (answer.outcome, answer.code[:3] + answer.code[5:]) == (Outcome.AMB, "40418")
    assert bank.provider.inquire_transfer(other, bank.external_id()).status is TransferStatus.MISMATCH
    assert bank.credits() == 1


def test_the_same_external_id_twice_in_a_day(bank: Bank) -> None:
    external_id = bank.external_id()
    bank.provider.send(bank.prepare(), external_id)
    answer = bank.provider.send(bank.prepare("payout-2"), external_id)
    assert (answer.outcome, answer.code[:3] + answer.code[5:]) == (Outcome.AMB, "40900")
    bank.clock.move(days=1)
    assert bank.provider.send(bank.prepare("payout-2"), external_id).outcome is Outcome.OK


def test_nothing_was_sent(bank: Bank) -> None:
    prepared = bank.prepare()
    bank.provider.send(bank.prepare("earlier"), bank.external_id())
    bank.transport.refusing = True
    answer = bank.provider.send(prepared, bank.external_id())
    assert (answer.outcome, answer.code) == (Outcome.REJ, "")
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.UNPROVEN


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"what": "inquiry_down"}, TransferStatus.UNPROVEN),
        ({"what": "inquiry_down", "code": "4030006"}, TransferStatus.UNPROVEN),
        ({"what": "down", "role": "status"}, TransferStatus.UNPROVEN),
        ({"what": "lost_before_commit", "role": "status"}, TransferStatus.UNPROVEN),
        ({"what": "html_body", "role": "status"}, TransferStatus.UNPROVEN),
        ({"what": "signature_refused", "role": "status"}, TransferStatus.UNPROVEN),
        ({"what": "unknown_status_at_inquiry"}, TransferStatus.UNPROVEN),
        ({"what": "not_found_at_inquiry"}, TransferStatus.NOT_FOUND),
        ({"what": "wrong_amount_at_inquiry"}, TransferStatus.MISMATCH),
        ({"what": "wrong_account_at_inquiry"}, TransferStatus.MISMATCH),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_inquiry_fault(bank: Bank, fault: dict[str, Any], status: TransferStatus) -> None:
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    bank.engine.add_fault(**fault)
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is status


def test_money_that_comes_back(bank: Bank) -> None:
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    bank.engine.refund(bank.name.lower(), prepared.reference)
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.RETURNED
    assert bank.books()["totals"] == {"credits": 0, "rupiah": 0, "refunds": 1}


def test_evidence_names_no_person_and_no_secret(bank: Bank) -> None:
    answer = bank.provider.send(bank.prepare(), bank.external_id())
    account = bank.provider.inquire_account(bank.question(), bank.external_id())
    shown = repr((answer, account, bank.prepare(), bank.question()))
    for private in (NUMBERS[bank.name], HOLDER, SOURCE, bank.transport.sent[-1][1]["Authorization"][7:]):
        assert private not in shown
    assert answer.exchanges[0].request_sha256
    assert "referenceNo" in answer.exchanges[0].response_redacted
