"""Request bodies of the services that payouts use, as the bytes that are signed, stored and sent. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prakerja.payouts.answers import AccountKind, AccountQuestion, PreparedRequest, TransferOrder

from .profiles import PhoneForm, Profile, Service
from .reading import money
from .signing import timestamp

PAGE_SIZE = 50
"""Lines of one page of a history; the standard allows no more."""
_REMARK_LENGTH = 50
_NAME_LENGTH = 255
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_ ]+")


def account_body(profile: Profile, question: AccountQuestion) -> bytes:
    """Services 15 and 37. A wallet is told the amount, because it answers with its limits."""
    extra = dict(profile.additional.get(profile.account, {}))
    if profile.holder is not None and question.nik is not None:
        extra[profile.holder.asked] = question.nik
    if profile.rules.kind is AccountKind.BANK:
        return _bytes(
            {
                "partnerReferenceNo": question.reference,
                "beneficiaryAccountNo": question.account_number,
                "additionalInfo": extra,
            }
        )
    return _bytes(
        {
            "partnerReferenceNo": question.reference,
            "customerNumber": _customer(profile, question.account_number),
            "amount": money(1 if profile.ignores_amount else question.amount),
            "transactionDate": timestamp(question.at, profile.timestamp_form),
            "additionalInfo": extra,
        }
    )


def transfer_body(profile: Profile, order: TransferOrder, source_account: str) -> bytes:
    """Services 17 and 38. The reference leads the remark, too: a statement may show nothing else of ours, and cut it."""
    at = timestamp(order.at, profile.timestamp_form)
    note = f"{order.reference} {_NOT_PLAIN.sub(' ', order.note)}"[:_REMARK_LENGTH]
    extra = profile.additional.get(profile.transfer, {})
    if profile.rules.kind is AccountKind.BANK:
        return _bytes(
            {
                "partnerReferenceNo": order.reference,
                "amount": money(order.amount),
                "beneficiaryAccountNo": order.account_number,
                "currency": "IDR",
                "feeType": "OUR",
                "remark": note,
                "sourceAccountNo": source_account,
                "transactionDate": at,
                "additionalInfo": extra,
            }
        )
    return _bytes(
        {
            "partnerReferenceNo": order.reference,
            "customerNumber": _customer(profile, order.account_number),
            "customerName": order.holder_name[:_NAME_LENGTH],
            "amount": money(order.amount),
            "feeAmount": money(0),
            "transactionDate": at,
            "notes": note,
            "additionalInfo": extra,
        }
    )


def status_body(prepared: PreparedRequest) -> bytes:
    """Services 36 and 39, by our own reference."""
    return _bytes(
        {
            "originalPartnerReferenceNo": prepared.reference,
            "serviceCode": prepared.service,
            "additionalInfo": {},
        }
    )


def statement_body(profile: Profile, source_account: str, start: datetime, end: datetime, page: int) -> bytes:
    """Services 14, which goes on from a time, and 12, which goes on by page number."""
    span = {
        "fromDateTime": timestamp(start, profile.timestamp_form),
        "toDateTime": timestamp(end, profile.timestamp_form),
    }
    if profile.statement is Service.BANK_STATEMENT:
        return _bytes({"accountNo": source_account, **span, "additionalInfo": {}})
    return _bytes({**span, "pageSize": str(PAGE_SIZE), "pageNumber": str(page), "additionalInfo": {}})


def balance_body(source_account: str) -> bytes:
    """Service 11."""
    return _bytes({"accountNo": source_account, "additionalInfo": {}})


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _customer(profile: Profile, number: str) -> str:
    national = number.removeprefix(PhoneForm.INTERNATIONAL).removeprefix(PhoneForm.NATIONAL)
    return profile.phone_form + national
