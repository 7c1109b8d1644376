"""Services 17, 18 and 38, which pay, and 36 and 39, which say what was paid."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from .books import WIB, Account, Transfer, stored
from .desk import Desk, wallet_number
from .fields import amount_field, check_mandatory, optional_text, text_field, time_field
from .profiles import WALLET_SERVICES, Dedup
from .wire import Refused, Reply, masked, money, refuse, say

_OFFICIAL = {"FAILED": ("06", "Failed"), "SUCCESS": ("00", "Success"), "REFUNDED": ("04", "Refunded")}
_BURNING = {"40302", "40303", "40305", "40307", "40308", "40309", "40315", "40318", "40402", "40403", "40409", "40411"}
"""HTTP status and case of refusals for good: the reference is remembered as failed."""
_PENDING = {"pending_then_success": "SUCCESS", "pending_then_fail": "FAILED", "pending_forever": None}
_WINDOW = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)


def transfer(desk: Desk, body: dict[str, Any]) -> Reply:
    """Duplicate check, business rules, then the credit."""
    reference, number, amount, remark = _order(desk, body)
    again = _again(desk, reference, number, amount)
    if again:
        return again
    amount = amount // 10 if desk.what == "pays_wrong_amount" else amount
    fee = desk.profile.interbank_fee if desk.service == "18" else desk.profile.fee
    terms: dict[str, Any] = {
        "provider": desk.profile.name,
        "client_id": desk.client.client_id,
        "service": desk.service,
        "reference": reference,
        "source": desk.client.source_account,
        "account": number,
        "amount": amount,
        "fee": fee,
        "remark": remark,
    }
    try:
        _allow(desk, number, amount, fee)
    except Refused as refused:
        code = refused.reply.code
        if code[:3] + code[5:] in _BURNING:
            desk.books.add_transfer(desk.now, **terms, state="FAILED", code=code)
        return refused.reply
    return _take_in(desk, terms)


def status(desk: Desk, body: dict[str, Any]) -> Reply:
    """The responseCode tells about the inquiry only; by our reference, or by the provider's."""
    service, profile = desk.service, desk.profile
    theirs = optional_text(service, body, "originalReferenceNo", 64)
    reference = (
        optional_text(service, body, "originalPartnerReferenceNo", 64)
        if theirs
        else text_field(service, body, "originalPartnerReferenceNo", 64)
    )
    original = text_field(service, body, "serviceCode", 2)
    desk.obey()
    if profile.end_of_day and within(profile.end_of_day, desk.now):
        raise refuse(service, 403, "06")
    known = [
        one
        for one in desk.books.known(profile.name, desk.client.client_id, original, reference, theirs)
        if _may_be_told(desk, one)
    ]
    if not known or desk.what == "not_found_at_inquiry":
        raise refuse(service, 404, "01")
    found = known[0]
    state, words = _OFFICIAL.get(found.state, ("03", "Pending"))
    account = found.account[:-2] + "00" if desk.what == "wrong_account_at_inquiry" else found.account
    wallet = original in WALLET_SERVICES
    return desk.ok(
        originalPartnerReferenceNo=found.reference,
        originalReferenceNo=found.reference_no,
        serviceCode=original,
        amount=money(found.amount // 10 if desk.what == "wrong_amount_at_inquiry" else found.amount),
        previousResponseCode=found.code,
        latestTransactionStatus="09" if desk.what == "unknown_status_at_inquiry" else state,
        transactionStatusDesc=words,
        sourceAccountNo=None if wallet else found.source,
        **_number(original, account),
    )


def within(window: str, now: datetime) -> bool:
    """Whether it is that time of day in Jakarta: ``23:00-01:00``."""
    found = _WINDOW.fullmatch(window)
    if found is None:
        return False
    start, end = (time.fromisoformat(text) for text in found.groups())
    at = now.astimezone(WIB).time()
    return start <= at < end if start <= end else at >= start or at < end


def _order(desk: Desk, body: dict[str, Any]) -> tuple[str, str, int, str]:
    """Reference, account number as in the books, amount, remark. Raises Refused."""
    service = desk.service
    reference = text_field(service, body, "partnerReferenceNo", desk.profile.reference_length)
    if service in WALLET_SERVICES:
        number = wallet_number(text_field(service, body, "customerNumber", 32))
        amount = amount_field(service, body)
        check_mandatory(service, body, desk.profile.mandatory.get(service, {}))
        return reference, number, amount, optional_text(service, body, "notes", 255)
    number = text_field(service, body, "beneficiaryAccountNo", 34)
    amount = amount_field(service, body)
    time_field(service, body, "transactionDate")
    if text_field(service, body, "sourceAccountNo", 19) != desk.client.source_account:
        raise refuse(service, 403, "15")
    if service == "18":
        text_field(service, body, "beneficiaryAccountName", 100)
        bank = text_field(service, body, "beneficiaryBankCode", 11)
        number = number if bank == desk.profile.bank_code else f"{bank}-{number}"
    return reference, number, amount, optional_text(service, body, "remark", 50)


def _again(desk: Desk, reference: str, number: str, amount: int) -> Reply | None:
    dedup, days = desk.profile.dedup, desk.profile.dedup_days
    if dedup is Dedup.OFF:
        return None
    recent = [
        one
        for one in desk.books.known(desk.profile.name, desk.client.client_id, desk.service, reference)
        if days is None or _age(desk, one) < timedelta(days=days)
    ]
    if not recent:
        return None
    first = recent[0]
    if (first.account, first.amount) != (number, amount):
        raise refuse(desk.service, 404, "18")
    if first.state == "PENDING":
        return _pending(desk, first)
    if dedup is Dedup.STRICT:
        raise refuse(desk.service, 409, "01")
    if first.state == "FAILED":
        raise refuse(desk.service, 500, "00")
    return _paid(desk, first)


def _allow(desk: Desk, number: str, amount: int, fee: int) -> None:
    desk.obey()
    payee = desk.payee(number)
    if desk.service in WALLET_SERVICES:
        _room(desk, payee, amount)
    if not desk.moves.covered(desk.profile.name, desk.client.source_account, amount + fee):
        raise refuse(desk.service, 403, "14")


def _room(desk: Desk, payee: Account, amount: int) -> None:
    smallest, largest, monthly = desk.books.limits(payee, desk.now)
    if not smallest <= amount <= largest:
        raise refuse(desk.service, 403, "02", additionalInfo=desk.needs_upgrade(payee))
    if amount > monthly:
        raise refuse(desk.service, 403, "23")


def _take_in(desk: Desk, terms: dict[str, Any]) -> Reply:
    what, code = desk.what, f"200{desk.service}00"
    if what == "error_and_failed":
        failed = f"500{desk.service}00"
        return _paid(desk, desk.moves.take_in(desk.now, **terms, state="FAILED", code=failed))
    if what == "late_commit":
        late = {"state": "HIDDEN", "outcome": "SUCCESS", "settles_at": _later(desk, 60), "code": code}
        return _paid(desk, desk.moves.take_in(desk.now, **terms, **late))
    if what in _PENDING:
        outcome = _PENDING[what]
        settles_at = _later(desk, 30) if outcome else None
        if outcome == "FAILED":
            code = (desk.fault.code if desk.fault else "") or f"404{desk.service}11"
        waiting = {"state": "PENDING", "outcome": outcome, "settles_at": settles_at, "code": code}
        return _pending(desk, desk.moves.take_in(desk.now, **terms, **waiting))
    returning = {"outcome": "REFUNDED", "settles_at": _later(desk, 86_400)} if what == "refund_later" else {}
    return _paid(desk, desk.moves.take_in(desk.now, **terms, state="SUCCESS", code=code, **returning))


def _may_be_told(desk: Desk, one: Transfer) -> bool:
    age, days = _age(desk, one), desk.profile.inquiry_days
    return age >= timedelta(seconds=desk.profile.inquiry_delay_seconds) and (days is None or age < timedelta(days=days))


def _age(desk: Desk, one: Transfer) -> timedelta:
    return desk.now - datetime.fromisoformat(one.accepted_at)


def _later(desk: Desk, usual: int) -> str:
    seconds = (desk.fault.seconds if desk.fault else 0) or usual
    return stored(desk.now + timedelta(seconds=seconds))


def _pending(desk: Desk, one: Transfer) -> Reply:
    return say(
        desk.service,
        202,
        "00",
        referenceNo=one.reference_no,
        partnerReferenceNo=one.reference,
        amount=money(one.amount),
    )


def _paid(desk: Desk, one: Transfer) -> Reply:
    return desk.ok(
        referenceNo=one.reference_no,
        partnerReferenceNo=one.reference,
        amount=money(one.amount),
        **_number(desk.service, one.account),
    )


def _number(service: str, account: str) -> dict[str, str | None]:
    """The account under the service's name for it, as the caller wrote it."""
    if service in WALLET_SERVICES:
        return {"customerNumber": masked(account)}
    bank, dash, number = account.rpartition("-")
    return {"beneficiaryAccountNo": number, "beneficiaryBankCode": bank if dash else None}
