"""The control plane: what a demonstration seeds, breaks and reads, as JSON and as plain forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from prakerja.payouts.answers import Outcome
from sandbox.world.snap import Engine
from sandbox.world.snap.faults import MENU
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, NUMBERS, SOURCE, Bank, client_entry, serving
from tests.support.clock import FixedClock


@pytest.fixture
def bni() -> Bank:
    return Bank.open("BNI")


@pytest.fixture
def control(bni: Bank) -> Iterator[str]:
    with serving(bni.engine) as address:
        yield f"{address}/control"


def get(url: str) -> Any:
    answer = urllib3.request("GET", url, retries=False)
    assert answer.status == 200, answer.data
    return answer.json()


def post(url: str, document: object) -> tuple[int, Any]:
    answer = urllib3.request("POST", url, json=document, retries=False)
    return answer.status, answer.json()


def submit(url: str, **fields: str) -> urllib3.BaseHTTPResponse:
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html,*/*"}
    return urllib3.request("POST", url, body=urlencode(fields), headers=headers, retries=False, redirect=False)


def test_seeding_by_json() -> None:
    engine = Engine(":memory:", FixedClock().wall)
    with serving(engine) as address:
        assert post(f"{address}/control/clients", client_entry("LINKAJA"))[0] == 200
        accounts = [
            {"provider": "LINKAJA", "number": SOURCE, "name": "PMO", "balance": FUNDS},
            {"provider": "linkaja", "number": NUMBERS["LINKAJA"], "name": HOLDER, "kyc": "BASIC", "quiet": True},
        ]
        assert post(f"{address}/control/accounts", accounts) == (200, {"done": 2, "answers": [{"number": SOURCE}]})
        books = get(f"{address}/control/books?provider=linkaja")["providers"]
    assert list(books) == ["linkaja"]
    assert books["linkaja"]["source_accounts"] == {SOURCE: FUNDS}
    account = engine.books.account("linkaja", NUMBERS["LINKAJA"])
    assert account is not None
    assert (account.kyc, account.quiet, account.balance) == ("BASIC", True, 0)


def test_seeding_twice_does_not_fund_twice(bni: Bank, control: str) -> None:
    post(f"{control}/accounts", {"provider": "bni", "number": SOURCE, "name": "PMO", "balance": FUNDS})
    assert bni.books()["source_accounts"] == {SOURCE: FUNDS}


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("accounts", {"provider": "bni"}),
        ("accounts", {"provider": "mandiri", "number": "1", "name": "x"}),
        ("accounts", {"provider": "bni", "number": "1", "name": "x", "status": "RICH"}),
        ("accounts", {"provider": "bni", "number": "1", "name": "x", "balance": "-5"}),
        ("accounts", {"provider": "bni", "number": "1", "name": "x", "colour": "red"}),
        ("accounts", ["x"]),
        ("clients", {"provider": "bni", "client_id": "x"}),
        ("faults", {"what": "nothing"}),
        ("faults/clear", {"id": "x"}),
        ("settle", {"provider": "bni", "reference": "P1", "outcome": "SUCCESS"}),
        ("settle", {"provider": "bni", "reference": "P1", "outcome": "PERHAPS"}),
        ("refund", {"provider": "bni", "reference": "P1"}),
        ("settings", {"provider": "bni", "dedup": "perhaps"}),
        ("settings", {"provider": "bni", "colour": "red"}),
    ],
    ids=str,
)
def test_nonsense_is_explained(control: str, path: str, given: object) -> None:
    status, answer = post(f"{control}/{path}", given)
    assert status == 400
    assert answer["error"]


def test_broken_json_is_explained(control: str) -> None:
    headers = {"content-type": "application/json"}
    assert urllib3.request("POST", f"{control}/accounts", body=b"{", headers=headers).status == 400


def test_faults_by_form(bni: Bank, control: str) -> None:
    answer = submit(f"{control}/faults", what="account_dormant", provider="*", role="", times="1", nth="", how="")
    assert (answer.status, answer.headers["location"]) == (303, "/control")
    assert bni.provider.send(bni.prepare(), bni.external_id()).outcome is Outcome.FAIL
    listed = get(f"{control}/faults")
    assert [(fault["what"], fault["fired"]) for fault in listed] == [("account_dormant", 1)]
    submit(f"{control}/faults/clear", id=str(listed[0]["id"]))
    assert get(f"{control}/faults") == []


def test_settling_and_refunding_by_hand(bni: Bank, control: str) -> None:
    bni.engine.add_fault("pending_forever", times=1)
    first, second = bni.prepare("payout-1"), bni.prepare("payout-2")
    bni.provider.send(first, bni.external_id())
    bni.provider.send(second, bni.external_id())
    bni.clock.move(days=30)
    assert bni.credits() == 1
    assert submit(f"{control}/settle", provider="bni", reference=first.reference, outcome="SUCCESS").status == 303
    assert submit(f"{control}/refund", provider="bni", reference=second.reference).status == 303
    totals = get(f"{control}/books")["providers"]["bni"]["totals"]
    assert totals == {"credits": 1, "rupiah": AMOUNT, "refunds": 1}


def test_books_and_calls(bni: Bank, control: str) -> None:
    prepared = bni.prepare()
    bni.provider.send(prepared, bni.external_id())
    books = get(f"{control}/books")
    assert books["agrees"] is True
    bank = books["providers"]["bni"]
    assert bank["credits_by_reference"] == {prepared.reference: 1}
    assert bank["rupiah_by_account"] == {NUMBERS["BNI"]: AMOUNT}
    calls = get(f"{control}/calls?limit=1")
    assert [(call["service"], call["code"], call["reference"]) for call in calls] == [
        ("17", "2001700", prepared.reference)
    ]


def test_the_page_works_without_scripts(bni: Bank, control: str) -> None:
    bni.engine.add_accounts()
    bni.engine.add_fault("account_invalid", reference="<b>x</b>")
    for address in (control, f"{control}/"):
        page = urllib3.request("GET", address).data.decode()
        assert "<script" not in page
        assert "<b>x</b>" not in page
        assert all(f"value='{what}'" in page for what in MENU)
        assert page.count("<form method='post' action='/control/") >= 10
        assert "Rp1.000.000.000" in page


def test_a_provider_call_that_is_too_long(control: str) -> None:
    url = control.replace("/control", "/bni/v1.0/transfer-intrabank")
    answer = urllib3.request("POST", url, body=b"x" * 70_000, retries=False)
    assert (answer.status, json.loads(answer.data)["responseCode"]) == (413, "4000001")
