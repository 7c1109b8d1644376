"""The whole table of response codes, written down a second time, and everything that is not in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.snap.classify import classify, must_confirm, parse_code, reason_for, status_of
from prakerja.payouts.answers import Outcome, Reason, TransferStatus

TABLE = """
200 00 OK
202 00 PEND
400 00 BUG
400 01 BUG
400 02 BUG
401 00 REJ
401 01 REJ
401 02 BUG
401 03 REJ
401 04 BUG
403 00 AMB
403 01 STOP
403 02 FAIL
403 03 FAIL
403 04 REJ
403 05 FAIL
403 06 REJ
403 07 FAIL
403 08 FAIL
403 09 FAIL
403 10 BUG
403 11 BUG
403 12 BUG
403 13 BUG
403 14 STOP
403 15 FAIL
403 16 AMB
403 17 BUG
403 18 FAIL
403 19 STOP
403 20 STOP
403 21 BUG
403 22 BUG
403 23 REJ
404 00 AMB
404 01 AMB
404 02 FAIL
404 03 FAIL
404 04 AMB
404 05 BUG
404 06 BUG
404 07 BUG
404 08 STOP
404 09 FAIL
404 10 BUG
404 11 FAIL
404 12 BUG
404 13 BUG
404 14 BUG
404 15 BUG
404 16 STOP
404 17 BUG
404 18 AMB
404 19 BUG
405 00 STOP
405 01 STOP
409 00 AMB
409 01 AMB
429 00 REJ
500 00 AMB
500 01 AMB
500 02 AMB
504 00 AMB
"""
ROWS = [(int(http), case, Outcome(outcome)) for http, case, outcome in map(str.split, TABLE.strip().splitlines())]
LISTED = {(http, case): outcome for http, case, outcome in ROWS}


@pytest.mark.parametrize(("http", "case", "outcome"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
@pytest.mark.parametrize("service", ["17", "38", "00"])
def test_listed(http: int, case: str, outcome: Outcome, service: str) -> None:
    assert classify(http, parse_code(f"{http}{service}{case}")) is outcome


def test_everything_else_is_ambiguous() -> None:
    for http in range(100, 600):
        for case in range(100):
            code = parse_code(f"{http}38{case:02d}")
            expected = LISTED.get((http, f"{case:02d}"), Outcome.AMB)
            assert classify(http, code) is expected


@given(http=st.integers(100, 599), row=st.sampled_from(ROWS))
def test_a_code_that_contradicts_http_is_ambiguous(http: int, row: tuple[int, str, Outcome]) -> None:
    if http != row[0]:
        assert classify(http, parse_code(f"{row[0]}17{row[1]}")) is Outcome.AMB


@pytest.mark.parametrize("text", [None, "", "200", "20038000", "2003８00", "20038xx", [], {}, True, 2.0, "0003800"])
def test_what_is_no_code(text: object) -> None:
    assert parse_code(text) is None
    assert classify(200, parse_code(text)) is Outcome.AMB


def test_a_code_may_be_a_number() -> None:
    assert parse_code(2003800) == (200, "38", "00")


@pytest.mark.parametrize(
    ("code", "extra", "reason"),
    [
        ("4043811", {}, Reason.ACCOUNT_INVALID),
        ("4033818", {}, Reason.ACCOUNT_INACTIVE),
        ("4031709", {}, Reason.ACCOUNT_INACTIVE),
        ("4033805", {}, Reason.ACCOUNT_INACTIVE),
        ("4033805", {"additionalInfo": {"resultMsg": "PAYEE_USER_NOT_EXIST"}}, Reason.ACCOUNT_INVALID),
        ("4033805", {"additionalInfo": {"resultMsg": "PAYEE_USER_STATUS_DISABLE"}}, Reason.ACCOUNT_INACTIVE),
        ("4033802", {}, Reason.BALANCE_LIMIT),
        ("4033802", {"responseMessage": "Customer is not upgraded"}, Reason.KYC_REQUIRED),
        ("4033823", {}, Reason.MONTHLY_LIMIT),
        ("4033803", {}, Reason.REFUSED),
        ("4041702", {}, Reason.REFUSED),
        ("4033814", {"responseMessage": "upgrade your deposit"}, None),
        ("4003801", {}, None),
        ("5003800", {"additionalInfo": {"resultMsg": "KYC service down"}}, None),
        ("2003800", {}, None),
        ("4033805", {"additionalInfo": "text", "responseMessage": 7}, Reason.ACCOUNT_INACTIVE),
    ],
)
def test_reason(code: str, extra: dict[str, Any], reason: Reason | None) -> None:
    assert reason_for(parse_code(code), extra) is reason


def test_every_refusal_for_good_has_a_reason() -> None:
    for http, case, outcome in ROWS:
        named = reason_for(parse_code(f"{http}38{case}"), {})
        assert (named is not None) >= (outcome is Outcome.FAIL)
        assert named is None or outcome in (Outcome.FAIL, Outcome.REJ)


def test_what_has_to_be_confirmed() -> None:
    confirmed = {(http, case) for http, case, outcome in ROWS if must_confirm(outcome, parse_code(f"{http}38{case}"))}
    refusals = {(http, case) for http, case, outcome in ROWS if outcome is Outcome.FAIL}
    assert confirmed == refusals | {(400, "00"), (403, "14")}


@pytest.mark.parametrize(
    ("latest", "status"),
    [
        ("00", TransferStatus.PAID),
        ("01", TransferStatus.PENDING),
        ("02", TransferStatus.PENDING),
        ("03", TransferStatus.PENDING),
        ("04", TransferStatus.RETURNED),
        ("05", TransferStatus.FAILED),
        ("06", TransferStatus.FAILED),
        ("07", TransferStatus.NOT_FOUND),
        ("08", TransferStatus.UNPROVEN),
        ("09", TransferStatus.UNPROVEN),
        ("0", TransferStatus.UNPROVEN),
        ("", TransferStatus.UNPROVEN),
        (0, TransferStatus.UNPROVEN),
        (None, TransferStatus.UNPROVEN),
        (["00"], TransferStatus.UNPROVEN),
    ],
)
def test_status(latest: object, status: TransferStatus) -> None:
    assert status_of(latest) is status
