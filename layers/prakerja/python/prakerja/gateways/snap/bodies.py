"""Request bodies of the services that payouts use, as the bytes that are signed, stored and sent. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from prakerja.payouts.answers import AccountKind, AccountQuestion, PreparedRequest, TransferOrder

from .profiles import Profile
from .reading import money
from .signing import timestamp

_REMARK_LENGTH = 50
_NAME_LENGTH = 255


def account_body(profile: Profile, question: AccountQuestion) -> bytes:
    """Services 15 and 37. A wallet is told the amount, because it answers with its limits."""
    if profile.rules.kind is AccountKind.BANK:
        return _bytes(
            {
                "partnerReferenceNo": question.reference,
                "beneficiaryAccountNo": question.account_number,
                "additionalInfo": {},
            }
        )
    return _bytes(
        {
            "partnerReferenceNo": question.reference,
            "customerNumber": question.account_number,
            "amount": money(question.amount),
            "transactionDate": timestamp(question.at, profile.timestamp_form),
            "additionalInfo": {},
        }
    )


def transfer_body(profile: Profile, order: TransferOrder, source_account: str) -> bytes:
    """Services 17 and 38. The reference stands in the remark too: a bank statement shows nothing else of ours."""
    at = timestamp(order.at, profile.timestamp_form)
    note = f"{order.note} {order.reference}"[-_REMARK_LENGTH:]
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
                "additionalInfo": {},
            }
        )
    return _bytes(
        {
            "partnerReferenceNo": order.reference,
            "customerNumber": order.account_number,
            "customerName": order.holder_name[:_NAME_LENGTH],
            "amount": money(order.amount),
            "feeAmount": money(0),
            "transactionDate": at,
            "notes": note,
            "additionalInfo": {},
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


def balance_body(source_account: str) -> bytes:
    """Service 11."""
    return _bytes({"accountNo": source_account, "additionalInfo": {}})


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
