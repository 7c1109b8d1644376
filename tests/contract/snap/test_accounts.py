"""Account inquiry at linking, and our own balance."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.payouts.answers import AccountLimits, AccountStatus, BalanceStatus, NameMatch, Reason
from sandbox.world.snap.books import Account
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, NUMBERS, Bank


def test_a_good_account(bank: Bank) -> None:
    answer = bank.provider.inquire_account(bank.question(), bank.external_id())
    assert (answer.status, answer.reason) == (AccountStatus.USABLE, None)
    assert (answer.name, answer.name_match) == (HOLDER, NameMatch.MATCH)
    wallet = AccountLimits(minimum=1, maximum=20_000_000, monthly_in=40_000_000)
    assert answer.limits == (wallet if bank.name == "LINKAJA" else AccountLimits())


@pytest.mark.parametrize(
    ("printed", "match"), [("SITI AMIN", "PARTIAL"), ("si** am****", "PARTIAL"), ("BUDI SANTOSO", "MISMATCH")]
)
def test_the_printed_name_is_compared(bank: Bank, printed: str, match: str) -> None:
    bank.engine.add_accounts(Account(bank.name.lower(), NUMBERS[bank.name], printed))
    answer = bank.provider.inquire_account(bank.question(), bank.external_id())
    assert (answer.status, answer.name_match) == (AccountStatus.USABLE, NameMatch(match))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"status": "INACTIVE"}, Reason.ACCOUNT_INACTIVE),
        ({"status": "CLOSED"}, Reason.ACCOUNT_INACTIVE),
        ({"status": "DORMANT"}, Reason.ACCOUNT_INACTIVE),
        ({"status": "FROZEN"}, Reason.ACCOUNT_INACTIVE),
    ],
)
def test_an_account_that_cannot_be_paid(bank: Bank, terms: dict[str, Any], reason: Reason) -> None:
    bank.engine.add_accounts(Account(bank.name.lower(), NUMBERS[bank.name], HOLDER, **terms))
    answer = bank.provider.inquire_account(bank.question(), bank.external_id())
    assert (answer.status, answer.reason, answer.name) == (AccountStatus.REFUSED, reason, None)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"max_balance": AMOUNT - 1}, Reason.BALANCE_LIMIT),
        ({"kyc": "BASIC", "balance": 1_500_000}, Reason.KYC_REQUIRED),
        ({"monthly_in": AMOUNT - 1}, Reason.MONTHLY_LIMIT),
        ({"min_amount": AMOUNT + 1}, Reason.REFUSED),
    ],
)
def test_a_wallet_that_has_no_room(terms: dict[str, Any], reason: Reason) -> None:
    bank = Bank.open("LINKAJA")
    bank.engine.add_accounts(Account("linkaja", "6281111111111", HOLDER, **terms))
    question = bank.question(account_number="6281111111111")
    answer = bank.provider.inquire_account(question, bank.external_id())
    assert (answer.status, answer.reason) == (AccountStatus.REFUSED, reason)


def test_a_quiet_account_passes_the_inquiry_and_fails_the_transfer(bank: Bank) -> None:
    bank.engine.add_accounts(Account(bank.name.lower(), NUMBERS[bank.name], HOLDER, status="DORMANT", quiet=True))
    assert bank.provider.inquire_account(bank.question(), bank.external_id()).status is AccountStatus.USABLE
    assert bank.provider.send(bank.prepare(), bank.external_id()).reason is Reason.ACCOUNT_INACTIVE


def test_an_unknown_account(bank: Bank) -> None:
    question = bank.question(account_number="99999999")
    answer = bank.provider.inquire_account(question, bank.external_id())
    assert (answer.status, answer.reason) == (AccountStatus.REFUSED, Reason.ACCOUNT_INVALID)
    assert answer.code == ("4041511" if bank.name == "BNI" else "4043711")


@pytest.mark.parametrize("number", ["", "12", "12a45678", "١٢٣٤٥٦٧٨", "1" * 40])
def test_an_impossible_number_is_not_asked_about(bank: Bank, number: str) -> None:
    answer = bank.provider.inquire_account(bank.question(account_number=number), bank.external_id())
    assert (answer.reason, bank.transport.sent) == (Reason.ACCOUNT_INVALID, [])


@pytest.mark.parametrize(
    "fault",
    [
        {"what": "down"},
        {"what": "lost_before_commit", "role": "account"},
        {"what": "rate_limited"},
        {"what": "error_before_commit", "role": "account"},
        {"what": "truncated_json", "role": "account"},
        {"what": "unknown_code", "role": "account"},
        {"what": "refuse", "role": "account", "code": "4000002"},
    ],
    ids=lambda fault: fault["what"],
)
def test_a_provider_that_cannot_be_asked_says_nothing_about_the_account(bank: Bank, fault: dict[str, str]) -> None:
    bank.engine.add_fault(**fault)
    answer = bank.provider.inquire_account(bank.question(), bank.external_id())
    assert (answer.status, answer.reason) == (AccountStatus.UNAVAILABLE, None)


def test_balance(bank: Bank) -> None:
    answer = bank.provider.balance(bank.external_id())
    assert (answer.status, answer.available) == (BalanceStatus.KNOWN, FUNDS)
    bank.provider.send(bank.prepare(), bank.external_id())
    assert bank.provider.balance(bank.external_id()).available == FUNDS - AMOUNT
    bank.engine.add_fault("down")
    assert bank.provider.balance(bank.external_id()).status is BalanceStatus.UNAVAILABLE
