"""Every provider by its own profile: linked, paid, asked about, told back, and read from its statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from prakerja.gateways.snap import PROFILES, verify_callback
from prakerja.payouts.answers import (
    AccountStatus,
    BalanceStatus,
    Callback,
    HolderCheck,
    Kyc,
    Outcome,
    Reason,
    TransferStatus,
)
from prakerja.payouts.statements import StatementAnswer, StatementStatus
from sandbox.world.snap import report
from sandbox.world.snap.books import Account
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, NUMBERS, Bank

NIK = "3201010101010001"
ASKS_HOLDER = sorted(name for name, profile in PROFILES.items() if profile.holder)
HAS_STATEMENT = sorted(name for name, profile in PROFILES.items() if profile.statement)


@pytest.fixture(params=sorted(NUMBERS))
def bank(request: pytest.FixtureRequest) -> Iterator[Bank]:
    """Each provider in turn."""
    name = request.param
    opened = Bank.open(name, callback_url=f"https://callbacks.prakerja.test/callbacks/snap/{name.lower()}")
    yield opened
    opened.engine.close()


def pay(bank: Bank, *payouts: str, amount: int = AMOUNT) -> list[str]:
    references = []
    for payout in payouts:
        prepared = bank.prepare(payout, amount=amount)
        assert bank.provider.send(prepared, bank.external_id()).outcome is Outcome.OK
        references.append(prepared.reference)
    return references


def statement(bank: Bank) -> StatementAnswer:
    """Of the last day."""
    now = bank.clock.wall()
    return bank.provider.statement(now - timedelta(days=1), now + timedelta(minutes=1), bank.external_id)


def test_from_account_to_statement(bank: Bank) -> None:
    account = bank.provider.inquire_account(bank.question(), bank.external_id())
    assert (account.status, account.name) == (AccountStatus.USABLE, HOLDER)
    prepared = bank.prepare()
    answer = bank.provider.send(prepared, bank.external_id())
    assert (answer.outcome, bank.credits()) == (Outcome.OK, 1), answer.message
    bank.clock.move(seconds=bank.provider.rules.wait_before_inquiry(0))
    inquiry = bank.provider.inquire_transfer(prepared, bank.external_id())
    assert inquiry.status is TransferStatus.PAID, inquiry.message
    assert inquiry.provider_reference == answer.provider_reference
    bank.engine.refund(bank.name.lower(), prepared.reference)
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.RETURNED


def test_our_balance(bank: Bank) -> None:
    pay(bank, "payout-1")
    answer = bank.provider.balance(bank.external_id())
    if PROFILES[bank.name].balance is None:
        assert (answer.status, answer.exchanges) == (BalanceStatus.NOT_SUPPORTED, ())
    else:
        assert (answer.status, answer.available) == (BalanceStatus.KNOWN, FUNDS - AMOUNT)


def test_nothing_is_known_before_a_provider_wants_to_be_asked() -> None:
    bank = Bank.open("GOPAY")
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    bank.clock.move(seconds=bank.provider.rules.inquiry_wait - 1)
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.NOT_FOUND
    bank.clock.move(seconds=1)
    assert bank.provider.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.PAID


def test_the_end_of_a_banks_day_proves_nothing() -> None:
    bank = Bank.open("BCA")
    prepared = bank.prepare()
    bank.provider.send(prepared, bank.external_id())
    begin, _ = bank.provider.rules.end_of_day or pytest.fail("a window was expected")
    local = bank.clock.wall() + timedelta(hours=7)
    bank.clock.move(seconds=(begin.hour - local.hour) % 24 * 3600 - local.minute * 60 + 60)
    answer = bank.provider.inquire_transfer(prepared, bank.external_id())
    assert (answer.status, answer.code) == (TransferStatus.UNPROVEN, "4033606")


@pytest.mark.parametrize(
    ("status", "reason"),
    [("INACTIVE", Reason.ACCOUNT_INACTIVE), ("FROZEN", Reason.ACCOUNT_INACTIVE), ("DORMANT", Reason.ACCOUNT_INACTIVE)],
)
def test_each_way_to_say_that_an_account_takes_nothing(bank: Bank, status: str, reason: Reason) -> None:
    bank.engine.add_accounts(Account(bank.name.lower(), NUMBERS[bank.name], HOLDER, status=status))
    account = bank.provider.inquire_account(bank.question(), bank.external_id())
    assert (account.status, account.reason) == (AccountStatus.REFUSED, reason)
    prepared = bank.prepare()
    answer = bank.provider.send(prepared, bank.external_id())
    assert (answer.outcome, answer.reason, answer.must_confirm) == (Outcome.FAIL, reason, True)
    assert bank.credits() == 0


def test_an_account_that_does_not_exist(bank: Bank) -> None:
    number = "6281999999999" if NUMBERS[bank.name].startswith("62") else "5555555555"
    account = bank.provider.inquire_account(bank.question(account_number=number), bank.external_id())
    assert (account.status, account.reason) == (AccountStatus.REFUSED, Reason.ACCOUNT_INVALID)
    answer = bank.provider.send(bank.prepare(account_number=number), bank.external_id())
    assert (answer.outcome, answer.reason) == (Outcome.FAIL, Reason.ACCOUNT_INVALID)


@pytest.mark.parametrize("name", ASKS_HOLDER)
@pytest.mark.parametrize(
    ("holder", "kyc", "nik", "reason"),
    [
        (NIK, "FULL", HolderCheck.MATCH, None),
        ("3201010101010002", "FULL", HolderCheck.MISMATCH, Reason.NIK_MISMATCH),
        (NIK, "BASIC", HolderCheck.MATCH, Reason.KYC_REQUIRED),
    ],
)
def test_the_holder_is_checked_where_a_provider_does_so(
    name: str, holder: str, kyc: str, nik: HolderCheck, reason: Reason | None
) -> None:
    bank = Bank.open(name)
    bank.engine.add_accounts(Account(name.lower(), NUMBERS[name], HOLDER, nik=holder, kyc=kyc))
    answer = bank.provider.inquire_account(bank.question(nik=NIK), bank.external_id())
    assert (answer.nik, answer.reason) == (nik, reason), answer.message
    assert answer.kyc is (Kyc.UPGRADED if kyc == "FULL" else Kyc.NOT_UPGRADED)
    assert answer.status is (AccountStatus.REFUSED if reason else AccountStatus.USABLE)
    assert NIK not in repr((answer, bank.question(nik=NIK)))


@pytest.mark.parametrize("name", sorted(set(NUMBERS) - set(ASKS_HOLDER)))
def test_elsewhere_nobody_guesses_about_the_holder(name: str) -> None:
    bank = Bank.open(name)
    answer = bank.provider.inquire_account(bank.question(nik=NIK), bank.external_id())
    assert (answer.status, answer.nik, answer.kyc) == (
        AccountStatus.USABLE,
        HolderCheck.NOT_SUPPORTED,
        Kyc.NOT_SUPPORTED,
    )
    assert NIK.encode() not in b"".join(body for _, _, body in bank.transport.sent)


@pytest.mark.parametrize("name", HAS_STATEMENT)
def test_a_statement_of_several_pages_is_the_providers_own_book(name: str) -> None:
    bank = Bank.open(name)
    references, amount = [], 10_000  # all to one wallet, which has a limit
    for number in range(120):
        references += pay(bank, f"payout-{number}", amount=amount)
        bank.clock.move(seconds=number % 2)  # two in one second now and then
    bank.engine.refund(name.lower(), references[7])
    answer = statement(bank)
    assert answer.status is StatementStatus.KNOWN, answer.message
    out = [entry.reference for entry in answer.entries if not entry.incoming and entry.settled]
    back = [(entry.reference, entry.amount) for entry in answer.entries if entry.incoming and entry.reference]
    assert (sorted(out, key=str), back) == (sorted(references), [(references[7], amount)])
    net = report.net(bank.engine, name.lower())
    assert sum(entry.amount for entry in answer.entries if entry.reference and not entry.incoming) == 120 * amount
    assert sum(one.rupiah for one in net.values()) == 119 * amount
    assert len(answer.exchanges) > 1


@pytest.mark.parametrize("name", HAS_STATEMENT)
@pytest.mark.parametrize(
    ("fault", "times"),
    [("statement_missing", [0, 1]), ("statement_double", [2, 1]), ("statement_wrong_amount", [1, 1])],
)
def test_a_spoiled_statement_is_told_as_it_is(name: str, fault: str, times: list[int]) -> None:
    bank = Bank.open(name)
    references = pay(bank, "payout-1", "payout-2")
    bank.engine.add_fault(fault, provider=name.lower(), reference=references[0])
    answer = statement(bank)
    assert answer.status is StatementStatus.KNOWN
    found = [entry.reference for entry in answer.entries]
    assert [found.count(reference) for reference in references] == times
    amounts = {entry.reference: entry.amount for entry in answer.entries}
    assert (amounts.get(references[0]) != AMOUNT) is (fault != "statement_double")


def told(bank: Bank) -> list[Callback | None]:
    """What our side makes of every call-back that is due."""
    key = bank.engine.callback_key(bank.name.lower())
    found = []
    for one in bank.engine.due_callbacks():
        place = urlsplit(one.url)
        path = place.path + (f"?{place.query}" if place.query else "")
        found.append(verify_callback(PROFILES[bank.name], key, one.method, path, one.headers, one.body))
        bank.engine.callback_answered(one.id, 200, b"")
    return found


def test_a_call_back_is_known_as_theirs(bank: Bank) -> None:
    (reference,) = pay(bank, "payout-1")
    bank.clock.move(seconds=10)
    (found,) = told(bank)
    assert found is not None
    assert (found.provider, found.reference, found.says) == (bank.name, reference, TransferStatus.PAID)


FORGERIES = [
    (name, fault)
    for name in sorted(NUMBERS)
    for fault in ("callback_forged", "callback_tampered", "callback_other_path")
    if (name, fault) != ("GOPAY", "callback_other_path")  # the older style does not sign the path
]


@pytest.mark.parametrize(("name", "fault"), FORGERIES)
def test_a_call_back_that_is_not_theirs(name: str, fault: str) -> None:
    bank = Bank.open(name, callback_url=f"https://callbacks.prakerja.test/callbacks/snap/{name.lower()}")
    bank.engine.add_fault(fault)
    pay(bank, "payout-1")
    bank.clock.move(seconds=10)
    found = told(bank)
    assert None in found
    assert [one.says for one in found if one] == [TransferStatus.PAID]


def test_the_same_call_back_twice_has_one_digest(bank: Bank) -> None:
    bank.engine.add_fault("callback_replayed")
    pay(bank, "payout-1")
    bank.clock.move(seconds=10)
    first = told(bank)
    bank.clock.move(days=2)
    second = told(bank)
    assert len(first) == len(second) == 1
    assert first[0] is not None
    assert first == second
