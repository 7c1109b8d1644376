"""An amount proves something only as the standard writes it: String(16,2), two decimals, IDR. Anything else is ambiguous."""

from __future__ import annotations

import json
from typing import Any

import pytest

from prakerja.payouts.answers import Outcome, TransferStatus
from prakerja.payouts.statements import StatementStatus
from tests.unit.gateways.snap.scripted import AMOUNT, AT, REFERENCE, Asked, money

ODD: dict[str, Any] = {
    "JSON number": {"value": 600000, "currency": "IDR"},
    "JSON number with a decimal": {"value": 600000.0, "currency": "IDR"},
    "JSON number in powers of ten": {"value": 6e5, "currency": "IDR"},
    "no decimals": {"value": "600000", "currency": "IDR"},
    "one decimal": {"value": "600000.0", "currency": "IDR"},
    "three decimals": {"value": "600000.000", "currency": "IDR"},
    "no digit before the point": {"value": ".00", "currency": "IDR"},
    "a point and nothing": {"value": "600000.", "currency": "IDR"},
    "decimal comma": {"value": "600000,00", "currency": "IDR"},
    "separated thousands": {"value": "600,000.00", "currency": "IDR"},
    "separated as in Indonesia": {"value": "600.000,00", "currency": "IDR"},
    "leading zero": {"value": "0600000.00", "currency": "IDR"},
    "plus": {"value": "+600000.00", "currency": "IDR"},
    "minus": {"value": "-600000.00", "currency": "IDR"},
    "space before": {"value": " 600000.00", "currency": "IDR"},
    "line break after": {"value": "600000.00\n", "currency": "IDR"},
    "power of ten": {"value": "6e5", "currency": "IDR"},
    "digits of another script": {"value": "６０００００.00", "currency": "IDR"},
    "seventeen digits": {"value": "10000000000600000.00", "currency": "IDR"},
    "with its currency": {"value": "IDR600000.00", "currency": "IDR"},
    "true": {"value": True, "currency": "IDR"},
    "null": {"value": None, "currency": "IDR"},
    "list": {"value": ["600000.00"], "currency": "IDR"},
    "nested": {"value": money(AMOUNT), "currency": "IDR"},
    "no value": {"currency": "IDR"},
    "no currency": {"value": "600000.00"},
    "currency null": {"value": "600000.00", "currency": None},
    "currency in small letters": {"value": "600000.00", "currency": "idr"},
    "currency by number": {"value": "600000.00", "currency": 360},
    "bare text": "600000.00",
    "bare number": 600000,
    "bare number with a decimal": 600000.0,
    "list of amounts": [money(AMOUNT)],
}
each_odd_form = pytest.mark.parametrize("amount", ODD.values(), ids=ODD)
TRANSFER = {
    "responseCode": "2003800",
    "responseMessage": "Successful",
    "referenceNo": "THEIRS-1",
    "partnerReferenceNo": REFERENCE,
}
INQUIRY = {"responseCode": "2003900", "responseMessage": "Successful", "originalPartnerReferenceNo": REFERENCE}


def inquire(**said: Any) -> TransferStatus:
    asked = Asked.of("LINKAJA", {**INQUIRY, **said})
    return asked.provider.inquire_transfer(asked.prepare(), asked.external_id()).status


def test_the_form_of_the_standard_is_taken() -> None:
    asked = Asked.of("LINKAJA", {**TRANSFER, "amount": money(AMOUNT)})
    assert asked.provider.send(asked.prepare(), asked.external_id()).outcome is Outcome.OK
    assert inquire(latestTransactionStatus="00", amount=money(AMOUNT)) is TransferStatus.PAID


@each_odd_form
def test_a_success_with_an_odd_amount_is_ambiguous(amount: object) -> None:
    asked = Asked.of("LINKAJA", {**TRANSFER, "amount": amount})
    answer = asked.provider.send(asked.prepare(), asked.external_id())
    assert (answer.outcome, "amount" in answer.message) == (Outcome.AMB, True)


@each_odd_form
@pytest.mark.parametrize("latest", ["00", "03", "04", "05", "06"])
def test_an_inquiry_with_an_odd_amount_proves_nothing(amount: object, latest: str) -> None:
    """Neither paid nor failed nor another amount: it is asked again, until somebody says it as it must be said."""
    assert inquire(latestTransactionStatus=latest, amount=amount) is TransferStatus.UNPROVEN


@each_odd_form
def test_a_line_with_an_odd_amount_is_told_and_never_counted(amount: object) -> None:
    line = {"amount": amount, "transactionDate": AT.isoformat(), "remark": REFERENCE, "type": "DEBIT"}
    page = {"responseCode": "2001400", "responseMessage": "ok", "hasMore": "N", "detailData": [line]}
    asked = Asked.of("BNI", page)
    answer = asked.provider.statement(AT, AT.replace(day=16), asked.external_id)
    assert (answer.status, answer.entries) == (StatementStatus.INCOMPLETE, ())


@pytest.mark.parametrize("amount", [money(60_000), money(0), money(AMOUNT, ) | {"currency": "USD"}, {"value": "600000.01", "currency": "IDR"}])  # fmt: skip
@pytest.mark.parametrize("latest", ["00", "03", "04", "06"])
def test_another_amount_well_written_is_a_contradiction(amount: object, latest: str) -> None:
    assert inquire(latestTransactionStatus=latest, amount=amount) is TransferStatus.MISMATCH


@pytest.mark.parametrize(
    "raw",
    [
        '{"value":"600000.00","value":"60000.00","currency":"IDR"}',
        '{"value":"60000.00","currency":"IDR","value":"600000.00"}',
        '{"value":NaN,"currency":"IDR"}',
        '{"value":Infinity,"currency":"IDR"}',
    ],
)
def test_a_value_that_stands_twice_or_is_no_json_is_ambiguous(raw: str) -> None:
    text = json.dumps({**TRANSFER, "amount": "HERE"}).replace('"HERE"', raw).encode()
    asked = Asked.of("LINKAJA", (200, text))
    assert asked.provider.send(asked.prepare(), asked.external_id()).outcome is Outcome.AMB
    text = json.dumps({**INQUIRY, "latestTransactionStatus": "00", "amount": "HERE"}).replace('"HERE"', raw).encode()
    asked = Asked.of("LINKAJA", (200, text))
    assert asked.provider.inquire_transfer(asked.prepare(), asked.external_id()).status is TransferStatus.UNPROVEN
