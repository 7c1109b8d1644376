"""Whatever comes back, and to whatever was asked: nothing is proven by what cannot be read, and nothing crashes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prakerja.gateways.http import OutsideUnavailable
from prakerja.gateways.snap import PROFILES
from prakerja.payouts.answers import AccountStatus, BalanceStatus, Outcome, TransferStatus
from prakerja.payouts.statements import StatementStatus
from tests.unit.gateways.snap.scripted import AMOUNT, AT, REFERENCE, Asked, money

each_provider = pytest.mark.parametrize("name", sorted(PROFILES))
GOOD = {
    "responseCode": "2003800",
    "responseMessage": "Successful",
    "referenceNo": "THEIRS-1",
    "partnerReferenceNo": REFERENCE,
    "amount": money(AMOUNT),
}
GARBLED = {
    "nothing": b"",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "cut off": json.dumps(GOOD).encode()[:-20],
    "no UTF-8": b'{"responseCode":"2003800","responseMessage":"\xff\xfe\xfa"}',
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "a list": b'[{"responseCode":"2003800"}]',
    "a text": b'"2003800"',
    "null": b"null",
    "nested": b'{"a":' * 100_000,
    "no code": b'{"latestTransactionStatus":"00","accountInfos":[{"availableBalance":{"value":"1.00"}}],"detailData":[]}',
    "short code": b'{"responseCode":"20038"}',
    "long number": b'{"responseCode":' + b"9" * 5000 + b"}",
}


@each_provider
@pytest.mark.parametrize("status", [200, 202, 302, 404, 500, 502])
@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
def test_what_cannot_be_read_proves_nothing(name: str, status: int, body: bytes) -> None:
    asked = Asked.of(name, (status, body))
    prepared = asked.prepare()
    sent = asked.provider.send(prepared, asked.external_id())
    assert (sent.outcome, sent.provider_reference) == (Outcome.AMB, None)
    assert asked.provider.inquire_transfer(prepared, asked.external_id()).status is TransferStatus.UNPROVEN
    account = asked.provider.inquire_account(asked.question(), asked.external_id())
    assert (account.status, account.reason) == (AccountStatus.UNAVAILABLE, None)
    assert asked.provider.balance(asked.external_id()).status is not BalanceStatus.KNOWN
    statement = asked.provider.statement(AT, AT.replace(day=16), asked.external_id)
    assert statement.status in (StatementStatus.UNAVAILABLE, StatementStatus.NOT_SUPPORTED)
    for answer in (sent, account):
        assert len(answer.exchanges) == 1
        assert answer.exchanges[0].http_status == status


@pytest.mark.parametrize(
    "changes",
    [
        {"partnerReferenceNo": "P26015ABCDEFGHIJKL01"},
        {"partnerReferenceNo": None},
        {"partnerReferenceNo": REFERENCE.lower()},
        {"partnerReferenceNo": [REFERENCE]},
        {"amount": money(AMOUNT // 10)},
        {"amount": {"value": "600000.01", "currency": "IDR"}},
        {"amount": {"value": "600000.00", "currency": "USD"}},
        {"amount": {"value": "six lakh"}},
        {"amount": "600000.00"},
        {"amount": None},
        {"referenceNo": None},
        {"referenceNo": ""},
        {"referenceNo": 17},
        {"customerNumber": "6281234567899"},
        {"customerNumber": "XXXXXXXXX9999"},
    ],
    ids=str,
)
def test_success_with_a_wrong_echo_proves_nothing(changes: dict[str, Any]) -> None:
    asked = Asked.of("LINKAJA", {**GOOD, **changes})
    answer = asked.provider.send(asked.prepare(), asked.external_id())
    assert answer.outcome is Outcome.AMB
    assert "without a true echo" in answer.message


@pytest.mark.parametrize("echo", ["6281234567890", "+6281234567890", "081234567890", "XXXXXXXXX7890", "", None])
def test_success_with_any_true_echo(echo: str | None) -> None:
    asked = Asked.of("LINKAJA", {**GOOD, "customerNumber": echo})
    assert asked.provider.send(asked.prepare(), asked.external_id()).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("status", "code"),
    [(200, "5003800"), (200, "2023800"), (500, "2003800"), (202, "2003800"), (200, "4043811"), (404, "2003800")],
)
def test_http_and_code_that_disagree_prove_nothing(status: int, code: str) -> None:
    asked = Asked.of("LINKAJA", (status, json.dumps({**GOOD, "responseCode": code}).encode()))
    answer = asked.provider.send(asked.prepare(), asked.external_id())
    assert answer.outcome is Outcome.AMB
    assert "contradicts" in answer.message
    inquiry = asked.provider.inquire_transfer(asked.prepare(), asked.external_id())
    assert inquiry.status is TransferStatus.UNPROVEN


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("2003800", Outcome.OK),
        ("2023800", Outcome.PEND),
        ("4033802", Outcome.FAIL),
        ("4033805", Outcome.FAIL),
        ("4033814", Outcome.STOP),
        ("4033818", Outcome.FAIL),
        ("4043811", Outcome.FAIL),
        ("4043818", Outcome.AMB),
        ("4093800", Outcome.AMB),
        ("4093801", Outcome.AMB),
        ("4293800", Outcome.REJ),
        ("5003800", Outcome.AMB),
        ("5003801", Outcome.AMB),
        ("5003802", Outcome.AMB),
        ("5043800", Outcome.AMB),
        ("4033899", Outcome.AMB),
        ("4013800", Outcome.STOP),  # signed twice, refused twice
        ("4013801", Outcome.REJ),
    ],
)
@pytest.mark.parametrize("service", ["38", "17", "00"])
def test_worked_literals(code: str, outcome: Outcome, service: str) -> None:
    said = code[:3] + service + code[5:]
    asked = Asked.of("DANA", (int(code[:3]), json.dumps({**GOOD, "responseCode": said}).encode()))
    answer = asked.provider.send(asked.prepare(), asked.external_id())
    assert (answer.outcome, answer.code) == (outcome, said)


@pytest.mark.parametrize("latest", ["08", "09", "10", "99", "", "0", None, 0, "Success", ["00"]])
def test_an_unknown_status_proves_nothing(latest: object) -> None:
    asked = Asked.of("DANA", {"responseCode": "2003900", "latestTransactionStatus": latest, "amount": money(AMOUNT)})
    assert asked.provider.inquire_transfer(asked.prepare(), asked.external_id()).status is TransferStatus.UNPROVEN


@pytest.mark.parametrize("http", [400, 401, 403, 405, 409, 429, 500, 504])
def test_an_inquiry_that_fails_proves_nothing(http: int) -> None:
    reply = (http, json.dumps({"responseCode": f"{http}3900", "latestTransactionStatus": "06"}).encode())
    asked = Asked.of("DANA", reply)
    assert asked.provider.inquire_transfer(asked.prepare(), asked.external_id()).status is TransferStatus.UNPROVEN


@pytest.mark.parametrize(
    ("sent", "outcome"), [(True, Outcome.AMB), (False, Outcome.REJ)], ids=["perhaps sent", "never sent"]
)
def test_one_call_is_one_request(sent: bool, outcome: Outcome) -> None:
    """Nothing in the client repeats what was perhaps carried out."""
    asked = Asked.of("BNI", OutsideUnavailable("bank", "time-out", sent=sent))
    answer = asked.provider.send(asked.prepare(), asked.external_id())
    assert (answer.outcome, len(asked.transport.sent), len(answer.exchanges)) == (outcome, 1, 1)
    assert answer.exchanges[0].http_status is None


@pytest.mark.parametrize("http", [200, 202, 400, 403, 404, 409, 429, 500, 502, 503, 504])
def test_no_status_is_answered_with_a_second_request(http: int) -> None:
    asked = Asked.of("BNI", (http, json.dumps({"responseCode": f"{http}1700"}).encode()))
    asked.provider.send(asked.prepare(), asked.external_id())
    assert len(asked.transport.sent) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*GOOD, "latestTransactionStatus", "accountInfos", "detailData", "balance", "hasMore", "additionalInfo"]
FIELDS += [
    "lastRecordDateTime",
    "customerName",
    "beneficiaryAccountName",
    "minAmount",
    "maxAmount",
    "previousResponseCode",
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6), st.sampled_from(sorted(PROFILES)))
def test_any_values_in_any_field_have_an_answer(changes: dict[str, Any], name: str) -> None:
    """Success only ever comes with a true echo, whatever else is said."""
    asked = Asked.of(name, {**GOOD, **changes})
    prepared = asked.prepare()
    answer = asked.provider.send(prepared, asked.external_id())
    if answer.outcome is Outcome.OK:
        assert not {"partnerReferenceNo", "responseCode"} & {
            name for name, said in changes.items() if said != GOOD.get(name)
        }
    inquiry = asked.provider.inquire_transfer(prepared, asked.external_id())
    assert inquiry.status is not TransferStatus.PAID
    asked.provider.inquire_account(asked.question(), asked.external_id())
    asked.provider.balance(asked.external_id())
    asked.provider.statement(AT, AT.replace(day=16), asked.external_id)
