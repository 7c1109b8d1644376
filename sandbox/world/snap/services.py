"""What the provider does for a caller that is who he says he is: look accounts up, pay, and say what was paid."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from .books import Account, Books, Client, Transfer, stored
from .faults import PRESETS, Fault
from .profiles import Dedup, Profile
from .wire import Refused, Reply, masked, money, refuse, say

_AMOUNT = re.compile(r"(\d{1,13})\.00", re.ASCII)
_OFFICIAL = {"FAILED": ("06", "Failed"), "SUCCESS": ("00", "Success"), "REFUNDED": ("04", "Refunded")}
_BURNING = {"40302", "40303", "40305", "40307", "40308", "40309", "40315", "40318", "40402", "40403", "40409", "40411"}
"""HTTP status and case of refusals for good: the reference is remembered as failed."""
_STATUS_CODES = {"INACTIVE": (403, "18"), "CLOSED": (403, "18"), "DORMANT": (403, "09"), "FROZEN": (403, "05")}
_PENDING = {"pending_then_success": "SUCCESS", "pending_then_fail": "FAILED", "pending_forever": None}


def text_field(service: str, body: dict[str, Any], name: str, longest: int) -> str:
    """A mandatory text. Raises Refused 400xx02 (missing) or 400xx01 (not a text, too long)."""
    value = body.get(name)
    if value in (None, ""):
        raise refuse(service, 400, "02", name)
    if not isinstance(value, str) or len(value) > longest:
        raise refuse(service, 400, "01", name)
    return value


def amount_field(service: str, body: dict[str, Any]) -> int:
    """``amount`` in whole rupiah; two decimals, IDR, never a JSON number."""
    amount = body.get("amount")
    if amount in (None, {}):
        raise refuse(service, 400, "02", "amount")
    value = amount.get("value") if isinstance(amount, dict) else None
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None or not isinstance(amount, dict) or amount.get("currency") != "IDR" or not int(found[1]):
        raise refuse(service, 400, "01", "amount")
    return int(found[1])


class Desk:
    """The services of one provider for one caller, inside one transaction of the books."""

    def __init__(
        self, books: Books, profile: Profile, client: Client, service: str, now: datetime, fault: Fault | None
    ) -> None:
        self._books = books
        self._profile = profile
        self._client = client
        self._service = service
        self._now = now
        self._fault = fault
        self._number_field = "customerNumber" if profile.wallet else "beneficiaryAccountNo"

    def inquire_account(self, body: dict[str, Any]) -> Reply:
        """Services 15 and 37."""
        number = text_field(self._service, body, self._number_field, 32 if self._profile.wallet else 34)
        amount = amount_field(self._service, body) if self._profile.wallet else None
        self._obey()
        account = self._payee(number, inquiry=True)
        if not self._profile.wallet:
            return self._ok(
                partnerReferenceNo=body.get("partnerReferenceNo"),
                beneficiaryAccountName=account.name,
                beneficiaryAccountNo=number,
                beneficiaryAccountStatus="Rekening aktif",
                beneficiaryAccountType="S",
                currency="IDR",
            )
        smallest, largest, monthly = self._books.limits(account, self._now)
        return self._ok(
            partnerReferenceNo=body.get("partnerReferenceNo"),
            customerNumber=masked(number),
            customerName=account.name,
            customerMonthlyInLimit=str(monthly),
            minAmount=money(smallest),
            maxAmount=money(largest),
            amount=money(amount or 0),
            feeAmount=money(0),
        )

    def transfer(self, body: dict[str, Any]) -> Reply:
        """Services 17 and 38: duplicate check, business rules, then the credit."""
        reference = text_field(self._service, body, "partnerReferenceNo", self._profile.reference_length)
        number = text_field(self._service, body, self._number_field, 32 if self._profile.wallet else 34)
        amount = amount_field(self._service, body)
        source = self._client.source_account
        if not self._profile.wallet and text_field(self._service, body, "sourceAccountNo", 19) != source:
            raise refuse(self._service, 403, "15")
        again = self._again(reference, number, amount)
        if again:
            return again
        terms = {
            "provider": self._profile.name,
            "client_id": self._client.client_id,
            "service": self._service,
            "reference": reference,
            "source": source,
            "account": number,
            "amount": amount,
        }
        try:
            self._allow(number, amount)
        except Refused as refused:
            code = refused.reply.code
            if code[:3] + code[5:] in _BURNING:
                self._books.add_transfer(self._now, **terms, state="FAILED", code=code)
            return refused.reply
        return self._take_in(terms)

    def status(self, body: dict[str, Any]) -> Reply:
        """Services 36 and 39. The responseCode tells about the inquiry only."""
        reference = text_field(self._service, body, "originalPartnerReferenceNo", 64)
        original = text_field(self._service, body, "serviceCode", 2)
        self._obey()
        what = self._fault.what if self._fault else ""
        known = self._books.known(self._profile.name, self._client.client_id, original, reference)
        if not known or what == "not_found_at_inquiry":
            raise refuse(self._service, 404, "01")
        transfer = known[0]
        state, words = _OFFICIAL.get(transfer.state, ("03", "Pending"))
        account = transfer.account[:-2] + "00" if what == "wrong_account_at_inquiry" else transfer.account
        return self._ok(
            originalPartnerReferenceNo=reference,
            originalReferenceNo=transfer.reference_no,
            serviceCode=original,
            amount=money(transfer.amount // 10 if what == "wrong_amount_at_inquiry" else transfer.amount),
            previousResponseCode=transfer.code,
            latestTransactionStatus="09" if what == "unknown_status_at_inquiry" else state,
            transactionStatusDesc=words,
            sourceAccountNo=None if self._profile.wallet else transfer.source,
            **{self._number_field: masked(account) if self._profile.wallet else account},
        )

    def balance(self, body: dict[str, Any]) -> Reply:
        """Service 11, for the caller's own source account only."""
        number = text_field(self._service, body, "accountNo", 16)
        self._obey()
        account = self._books.account(self._profile.name, number)
        if number != self._client.source_account or account is None:
            raise refuse(self._service, 404, "11")
        balances = {"availableBalance": money(account.balance), "ledgerBalance": money(account.balance)}
        return self._ok(accountNo=number, name=account.name, accountInfos=[{**balances, "status": "0001"}])

    def _ok(self, **fields: Any) -> Reply:
        return say(self._service, 200, "00", **fields)

    def _again(self, reference: str, number: str, amount: int) -> Reply | None:
        dedup, days = self._profile.dedup, self._profile.dedup_days
        if dedup is Dedup.OFF:
            return None
        known = self._books.known(self._profile.name, self._client.client_id, self._service, reference)
        recent = [
            one for one in known
            if days is None or datetime.fromisoformat(one.accepted_at) > self._now - timedelta(days=days)
        ]  # fmt: skip
        if not recent:
            return None
        first = recent[0]
        if (first.account, first.amount) != (number, amount):
            raise refuse(self._service, 404, "18")
        if first.state == "PENDING":
            return self._pending(first)
        if dedup is Dedup.STRICT:
            raise refuse(self._service, 409, "01")
        if first.state == "FAILED":
            raise refuse(self._service, 500, "00")
        return self._paid(first)

    def _payee(self, number: str, *, inquiry: bool = False) -> Account:
        account = self._books.account(self._profile.name, number)
        if account is None:
            raise refuse(self._service, 404, "11")
        if account.status in _STATUS_CODES and not (inquiry and account.quiet):
            raise refuse(self._service, *_STATUS_CODES[account.status])
        return account

    def _obey(self) -> None:
        """Raise the refusal that a fault asks for."""
        if self._fault is None or self._fault.what not in PRESETS:
            return
        http, case = PRESETS[self._fault.what]
        if self._fault.what == "refuse" and self._fault.code:
            http, case = int(self._fault.code[:3]), self._fault.code[5:]
        hint = {"resultMsg": "PAYEE_KYC_UPGRADE_REQUIRED"} if self._fault.what == "kyc_required" else None
        raise refuse(self._service, http, case, additionalInfo=hint)

    def _allow(self, number: str, amount: int) -> None:
        self._obey()
        payee = self._payee(number)
        if self._profile.wallet:
            smallest, largest, monthly = self._books.limits(payee, self._now)
            if not smallest <= amount <= largest:
                hint = {"resultMsg": "PAYEE_KYC_UPGRADE_REQUIRED"} if payee.kyc != "FULL" else None
                raise refuse(self._service, 403, "02", additionalInfo=hint)
            if amount > monthly:
                raise refuse(self._service, 403, "23")
        source = self._books.account(self._profile.name, self._client.source_account)
        if source is None or source.balance < amount:
            raise refuse(self._service, 403, "14")

    def _take_in(self, terms: dict[str, Any]) -> Reply:
        what = self._fault.what if self._fault else ""
        code = f"200{self._service}00"
        if what == "late_commit":
            late = {"state": "HIDDEN", "outcome": "SUCCESS", "settles_at": self._later(60), "code": code}
            return self._paid(self._books.add_transfer(self._now, **terms, **late))
        if what in _PENDING:
            outcome = _PENDING[what]
            settles_at = self._later(30) if outcome else None
            if outcome == "FAILED":
                code = (self._fault.code if self._fault else "") or f"404{self._service}11"
            waiting = {"state": "PENDING", "outcome": outcome, "settles_at": settles_at, "code": code}
            return self._pending(self._books.add_transfer(self._now, **terms, **waiting))
        transfer = self._books.add_transfer(self._now, **terms, state="SUCCESS", code=code)
        pay(self._books, transfer, self._now)
        return self._paid(transfer)

    def _later(self, usual: int) -> str:
        seconds = (self._fault.seconds if self._fault else 0) or usual
        return stored(self._now + timedelta(seconds=seconds))

    def _pending(self, transfer: Transfer) -> Reply:
        return say(
            self._service,
            202,
            "00",
            referenceNo=transfer.reference_no,
            partnerReferenceNo=transfer.reference,
            amount=money(transfer.amount),
        )

    def _paid(self, transfer: Transfer) -> Reply:
        number = masked(transfer.account) if self._profile.wallet else transfer.account
        return self._ok(
            referenceNo=transfer.reference_no,
            partnerReferenceNo=transfer.reference,
            amount=money(transfer.amount),
            **{self._number_field: number},
        )


def pay(books: Books, transfer: Transfer, at: datetime) -> None:
    """The credit itself; together with the balances inside one transaction."""
    books.move("CREDIT", transfer.provider, transfer.id, transfer.source, transfer.account, transfer.amount, at)


def settle(books: Books, transfer: Transfer, profile: Profile, outcome: str, at: datetime) -> None:
    """Carry out what was taken in earlier. A late copy of a reference that was paid meanwhile is dropped."""
    if outcome != "SUCCESS":
        books.set_state(transfer, "FAILED")
        return
    known = books.known(transfer.provider, transfer.client_id, transfer.service, transfer.reference)
    source = books.account(transfer.provider, transfer.source)
    if transfer.state == "HIDDEN" and profile.dedup is not Dedup.OFF and known:
        books.set_state(transfer, "DROPPED")
    elif source is None or source.balance < transfer.amount:
        books.set_state(transfer, "FAILED", f"403{transfer.service}14")
    else:
        books.set_state(transfer, "SUCCESS")
        pay(books, transfer, at)
