"""Provider JSON is read with suspicion and kept without people in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap.answers import read_reply
from prakerja.gateways.snap.reading import (
    account_agrees,
    amount_agrees,
    read_object,
    redacted,
    rupiah_of,
    safe_text,
)
from prakerja.payouts.answers import Outcome


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        ({"value": "600000.00", "currency": "IDR"}, True),
        ({"value": "60000.00", "currency": "IDR"}, False),
        ({"value": "600000.01", "currency": "IDR"}, False),
        ({"value": "600000.00", "currency": "USD"}, False),
        ({"value": 600000.0, "currency": "IDR"}, None),
        ({"value": "600000", "currency": "IDR"}, None),
        ({"value": "600000.00"}, None),
        ("600000.00", None),
        ([], None),
        (None, None),
        ({}, None),
        ("", None),
    ],
)
def test_amount(said: object, agrees: bool | None) -> None:
    assert amount_agrees(said, 600_000) is agrees


@pytest.mark.parametrize(
    ("said", "rupiah"),
    [
        ("40000000", 40_000_000),
        ({"value": "20000000.99"}, 20_000_000),
        (5, 5),
        (True, None),
        (None, None),
        ("many", None),
        ([1], None),
    ],
)
def test_rupiah(said: object, rupiah: int | None) -> None:
    assert rupiah_of(said) == rupiah


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        ("6281234567890", True),
        ("081234567890", True),
        ("+62 812 3456 7890", True),
        ("81234567890", False),
        ("6281234567891", False),
        ("XXXXXXXXX7890", True),
        ("0812****7890", True),
        ("XXXXXXXXX7891", False),
        ("0813****7890", False),
        ("*************", None),
        ("", None),
        (None, None),
        (6281234567890, None),
    ],
)
def test_phone(said: object, agrees: bool | None) -> None:
    assert account_agrees(said, "6281234567890", phone=True) is agrees


@pytest.mark.parametrize(
    ("said", "agrees"),
    [("0123456789", True), ("62123456789", False), ("123456789", False), ("******6789", True), ("******6780", False)],
)
def test_bank_account(said: str, agrees: bool) -> None:
    assert account_agrees(said, "0123456789", phone=False) is agrees


def test_evidence_keeps_the_transfer_and_not_the_person() -> None:
    body = {
        "responseCode": "2001700",
        "responseMessage": "Account 0123456789 credited",
        "referenceNo": "20260115000001",
        "beneficiaryAccountNo": "0123456789",
        "beneficiaryAccountName": "SITI AMINAH",
        "amount": {"value": "600000.00", "currency": "IDR"},
        "additionalInfo": {"resultMsg": "ok", "email": "siti@example.id", "list": [{"phone": "0812"}]},
        "accessToken": "secret",
        "surprise": "SITI",
    }
    kept = redacted(json.dumps(body).encode())
    for private in ("0123456789", "SITI", "siti@", "0812", "secret"):
        assert private not in kept
    for public in ("2001700", "20260115000001", "600000.00", '"resultMsg":"ok"'):
        assert public in kept


def test_evidence_of_a_page_is_its_length() -> None:
    assert redacted(b"<html>0123456789</html>") == "<23 bytes, not a JSON object>"


def test_evidence_is_short() -> None:
    assert len(redacted(json.dumps({"responseMessage": "x", "referenceNo": "y" * 9000}).encode())) == 2000


def test_words_of_a_provider_are_one_short_line() -> None:
    assert safe_text("Bad\naccount  0123456789 " + "x" * 500).startswith("Bad account ********** xxx")
    assert len(safe_text("x" * 500)) == 150


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_bytes_are_ambiguous(status: int, content: bytes) -> None:
    if read_object(content) is None:
        reply = read_reply(status, content)
        assert (reply.outcome, reply.code) == (Outcome.AMB, None)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"null", b'"2003800"', b"[]", b"\xff\xfe", b'{"a":1'])
def test_hostile_bodies(content: bytes) -> None:
    assert read_reply(200, content).outcome is Outcome.AMB
