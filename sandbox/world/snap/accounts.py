"""Services 11, 15, 16 and 37: the caller's balance, and who holds an account."""

from __future__ import annotations

from typing import Any

from .books import Account
from .desk import Desk
from .fields import amount_field, check_mandatory, optional_text, text_field
from .wire import Reply, masked, money, refuse


def balance(desk: Desk, body: dict[str, Any]) -> Reply:
    """Service 11, for the caller's own source account only."""
    number = text_field(desk.service, body, "accountNo", 16)
    desk.obey()
    account = desk.account(number)
    if number != desk.client.source_account or account is None:
        raise refuse(desk.service, 404, "11")
    amount = money(account.balance)
    info = {"balanceType": "CASH", "amount": amount, "availableBalance": amount, "ledgerBalance": amount}
    infos = [{**info, "holdAmount": money(0), "floatAmount": money(0), "status": "0001"}]
    return desk.ok(accountNo=number, name=account.name, accountInfos=infos)


def bank_account(desk: Desk, body: dict[str, Any]) -> Reply:
    """Services 15 (own bank) and 16 (another bank)."""
    service, outside = desk.service, desk.service == "16"
    bank = text_field(service, body, "beneficiaryBankCode", 11) if outside else ""
    number = text_field(service, body, "beneficiaryAccountNo", 34)
    desk.obey()
    account = desk.payee(f"{bank}-{number}" if outside and bank != desk.profile.bank_code else number, inquiry=True)
    return desk.ok(
        partnerReferenceNo=optional_text(service, body, "partnerReferenceNo", 64) or None,
        beneficiaryAccountName=account.name,
        beneficiaryAccountNo=number,
        beneficiaryAccountStatus=None if outside else "Rekening aktif",
        beneficiaryAccountType=None if outside else "S",
        beneficiaryBankCode=bank or None,
        currency="IDR",
    )


def wallet_account(desk: Desk, body: dict[str, Any]) -> Reply:
    """Service 37: name, limits, and (an extension of some) whether the NIK is the holder's."""
    service = desk.service
    number = text_field(service, body, "customerNumber", 32)
    amount = amount_field(service, body)
    check_mandatory(service, body, desk.profile.mandatory.get(service, {}))
    desk.obey()
    account = desk.payee(number, inquiry=True)
    smallest, largest, monthly = desk.books.limits(account, desk.now)
    return desk.ok(
        partnerReferenceNo=optional_text(service, body, "partnerReferenceNo", 64) or None,
        customerNumber=masked(number),
        customerName=account.name,
        customerMonthlyInLimit=str(monthly),
        minAmount=money(smallest),
        maxAmount=money(largest),
        amount=money(amount),
        feeAmount=money(desk.profile.fee),
        additionalInfo=_identity(account, body) if desk.profile.identity_check else None,
    )


def _identity(account: Account, body: dict[str, Any]) -> dict[str, str]:
    more = body.get("additionalInfo")
    asked = more.get("identityNumber") if isinstance(more, dict) else None
    answer = {"customerLevel": "FULL" if account.kyc == "FULL" else "BASIC"}
    if asked and account.nik:
        answer["identityMatch"] = "Y" if asked == account.nik else "N"
    return answer
