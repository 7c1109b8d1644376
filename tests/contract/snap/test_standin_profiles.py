"""What makes each provider different: the peculiarities that published documents and SDKs show."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from sandbox.world.snap import report
from sandbox.world.snap.books import Account
from sandbox.world.snap.profiles import PROFILES, CallbackStyle, Dedup
from tests.contract.snap.caller import NUMBER, PROVIDERS, Caller, case, read, rsa
from tests.contract.snap.standin import AMOUNT, HOLDER

UNKNOWN: dict[str, Any] = {"customerNumber": "6289999999999", "beneficiaryAccountNo": "99999999"}


# signatures and times -------------------------------------------------------------------------------------------------
def test_dana_takes_the_documents_path_and_the_sdks() -> None:
    caller = Caller("dana")
    path, at = "/v1.0/emoney/topup.htm", caller.at()
    request = caller.request("38", caller.body("38"))
    assert caller.engine.handle(replace(request, path=path)).code == "4013800", "another path was signed"
    signature = rsa(f"POST:{path}:{hashlib.sha256(request.body).hexdigest()}:{at}")
    documented = replace(request, path=path, headers={**request.headers, "x-signature": signature})
    assert caller.engine.handle(documented).code == "2003800"


def test_dana_has_no_token() -> None:
    caller = Caller("dana")
    request = replace(Caller("linkaja").token_request(), provider="dana")
    assert caller.engine.handle(request).status == 405
    assert "authorization" not in caller.request("38", caller.body("38")).headers


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "dana"])
@pytest.mark.parametrize("form", ["seconds", "milliseconds"])
def test_the_time_of_a_token(provider: str, form: str) -> None:
    caller = Caller(provider)
    at = caller.at(form)
    signature = rsa(f"{caller.secret['client_id']}|{at}")
    reply = caller.engine.handle(caller.token_request(x_timestamp=at, x_signature=signature))
    allowed = {"ovo": {"milliseconds"}, "gopay": {"seconds", "milliseconds"}}.get(provider, {"seconds"})
    assert reply.code == ("2007300" if form in allowed else "4007301")


def test_ovo_wants_whole_seconds_elsewhere() -> None:
    caller = Caller("ovo")
    assert case(caller.call("38", x_timestamp=caller.at("milliseconds"))) == "40001"


def test_gopay_takes_utc() -> None:
    caller = Caller("gopay")
    assert case(caller.call("38", x_timestamp="2026-01-15T03:00:00.123Z")) == "40100", (
        "the form is right, the text is not"
    )


def test_a_prefix_is_signed() -> None:
    caller = Caller("bni")
    request = caller.request("17", caller.body("17"))
    assert request.path.startswith("/snap-service/v1/")
    assert caller.engine.handle(request).status == 200


# references -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_length_of_a_reference(provider: str) -> None:
    longest = 20 if provider == "bri" else 64
    caller = Caller(provider)
    assert case(caller.pay("R" * longest)) == "20000"
    assert case(caller.pay("R" * (longest + 1))) == "40001"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reference_again(provider: str) -> None:
    """After success, after failure, while pending, and with another amount."""
    caller = Caller(provider)
    replays = provider == "dana"
    assert PROFILES[provider].dedup is (Dedup.DANA if replays else Dedup.STRICT)
    first = read(caller.pay("GOOD"))
    again = caller.pay("GOOD")
    assert case(again) == ("20000" if replays else "40901")
    assert read(again) == first if replays else "referenceNo" not in read(again)
    caller.engine.add_fault("account_dormant", times=1)
    assert case(caller.pay("BAD")) == "40309"
    assert [case(caller.pay("BAD")) for _ in range(3)] == ["50000" if replays else "40901"] * 3
    caller.engine.add_fault("pending_forever", times=1)
    assert [case(caller.pay("SLOW")) for _ in range(2)] == ["20200", "20200"]
    for reference in ("GOOD", "BAD", "SLOW"):
        assert case(caller.pay(reference, AMOUNT + 1)) == "40418"
        other = NUMBER["wallet"][:-1] + "1" if caller.paying == "38" else "0123456780"
        assert case(caller.pay(reference, customerNumber=other, beneficiaryAccountNo=other)) == "40418"
    assert {ref: one.credits for ref, one in report.net(caller.engine, provider).items()} == {"GOOD": 1}


def test_references_are_counted_per_service_and_partner() -> None:
    caller = Caller("generic")
    caller.engine.configure("generic", interbank_fee="0")
    codes = [caller.call(service, caller.body(service, "SAME")).code for service in ("17", "18", "38")]
    assert codes == ["2001700", "2001800", "2003800"]
    assert report.net(caller.engine, "generic")["SAME"].credits == 3


def test_a_provider_without_a_duplicate_check_pays_twice() -> None:
    caller = Caller("linkaja")
    caller.engine.configure("linkaja", dedup="off")
    caller.pay("P1")
    caller.pay("P1")
    assert report.net(caller.engine, "linkaja")["P1"] == report.Net(2, 0, 2 * AMOUNT)


def test_gopay_forgets_after_two_months() -> None:
    caller = Caller("gopay")
    caller.pay("P1")
    caller.clock.move(days=59, hours=23)
    caller.fetch_token()
    assert case(caller.pay("P1")) == "40901"
    assert case(caller.ask("P1")) == "20000"
    caller.clock.move(hours=1)
    caller.fetch_token()
    assert case(caller.ask("P1")) == "40401"
    assert case(caller.pay("P1")) == "20000"
    assert report.net(caller.engine, "gopay")["P1"].kept == 2


# status inquiries -----------------------------------------------------------------------------------------------------
def test_gopay_says_nothing_for_ten_minutes() -> None:
    caller = Caller("gopay")
    caller.pay("P1")
    caller.clock.move(seconds=599)
    assert case(caller.ask("P1")) == "40401"
    caller.clock.move(seconds=1)
    answer = read(caller.ask("P1"))
    assert (answer["responseCode"], answer["latestTransactionStatus"]) == ("2003600", "00")
    assert answer["customerNumber"].endswith(NUMBER["wallet"][-4:])


@pytest.mark.parametrize(
    ("provider", "closed", "open_"),
    [
        ("bca", ["23:00", "23:59", "00:30"], ["22:59", "01:00", "12:00"]),
        ("bri", ["23:00", "05:59"], ["22:59", "06:00"]),
        ("bni", [], ["23:30", "00:30"]),
    ],
)
def test_the_end_of_the_day(provider: str, closed: list[str], open_: list[str]) -> None:
    for times, code in ((closed, "40306"), (open_, "20000")):
        for time in times:
            caller = Caller(provider)
            caller.pay("P1")
            hour, minute = map(int, time.split(":"))
            caller.clock.move(hours=(hour - 10) % 24, minutes=minute)  # it is ten in Jakarta
            caller.fetch_token()
            assert case(caller.ask("P1")) == code, time
            assert case(caller.pay("P2")) == "20000", "transfers go on"


# what is refused ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "usual"),
    [("INACTIVE", "40318"), ("CLOSED", "40318"), ("DORMANT", "40309"), ("FROZEN", "40305"), (None, "40411")],
)
def test_accounts_that_cannot_be_paid(provider: str, status: str | None, usual: str) -> None:
    caller = Caller(provider)
    if status:
        caller.open(Account(provider, caller.number, HOLDER, status=status))
    reply = caller.pay() if status else caller.pay(**UNKNOWN)
    hint = read(reply).get("additionalInfo", {}).get("resultMsg", "")
    if provider == "dana":
        word = "PAYEE_USER_STATUS_DISABLE" if status else "PAYEE_USER_NOT_EXIST"
        assert (case(reply), hint) == ("40305", word)
    else:
        assert (case(reply), hint) == (usual, "")


def test_bri_says_nothing_of_it_at_the_inquiry() -> None:
    caller = Caller("bri")
    caller.open(Account("bri", NUMBER["bank"], HOLDER, status="DORMANT"))
    assert case(caller.call("15")) == "20000"
    assert case(caller.pay()) == "40309"


GOPAY, DANA = {"beneficiaryProvider": "gopay"}, {"fundType": "AGENT_TOPUP_FOR_USER_SETTLE"}


@pytest.mark.parametrize(
    ("provider", "service", "changes", "code"),
    [
        ("gopay", "37", {"amount": {"value": "600000.00", "currency": "IDR"}}, "40001"),
        ("gopay", "37", {"additionalInfo": {}}, "40002"),
        ("gopay", "38", {"additionalInfo": {"beneficiaryProvider": "shopee"}}, "40001"),
        ("gopay", "38", {"customerName": ""}, "40002"),
        ("gopay", "38", {"notes": ""}, "40002"),
        ("gopay", "38", {"notes": "Insentif-P1"}, "40001"),
        ("gopay", "38", {"notes": "Insentif P1_a"}, "20000"),
        ("dana", "38", {"additionalInfo": {"fundType": "OTHER"}}, "40001"),
        ("dana", "38", {"additionalInfo": "text"}, "40002"),
        ("dana", "38", {"feeAmount": None}, "40002"),
        ("dana", "38", {"customerNumber": "081234567890"}, "40001"),
        ("dana", "37", {"customerNumber": "081234567890"}, "40001"),
        ("linkaja", "38", {"customerNumber": "081234567890", "additionalInfo": {}, "feeAmount": None}, "20000"),
        ("ovo", "38", {"customerNumber": "+6281234567890", "customerName": None, "notes": None}, "20000"),
    ],
)
def test_a_providers_own_fields(provider: str, service: str, changes: dict[str, Any], code: str) -> None:
    caller = Caller(provider)
    assert case(caller.call(service, {**caller.body(service), **changes})) == code


@pytest.mark.parametrize("provider", PROVIDERS)
def test_how_results_are_told(provider: str) -> None:
    caller = Caller(provider, callback_url="https://partner.test/hooks/x")
    caller.pay()
    caller.clock.move(seconds=1)
    (sent,) = caller.engine.due_callbacks()
    midtrans = PROFILES[provider].callback is CallbackStyle.MIDTRANS
    assert midtrans is (provider == "gopay")
    assert ("Iris-Signature" in sent.headers, "X-SIGNATURE" in sent.headers) == (midtrans, not midtrans)
    assert json.loads(sent.body)["partner_reference_no" if midtrans else "originalPartnerReferenceNo"] == "P1"
    paths = {"dana": "/v1.0/debit/notify", "gopay": "", "ovo": "/v1.0/emoney/topup/notify"}
    usual = "/v1.0/emoney/topup/notify" if provider == "linkaja" else "/v1.0/transfer/notify"
    assert sent.url == "https://partner.test/hooks/x" + paths.get(provider, usual)


@pytest.mark.parametrize(
    "given",
    [{"dedup": "perhaps"}, {"end_of_day": "25:00-01:00"}, {"fee": "-1"}, {"fee": ""}, {"encoding": "rot13"},
     {"colour": "red"}, {"quiet": "yes"}],
    ids=str,
)  # fmt: skip
def test_settings_that_make_no_sense(given: dict[str, str]) -> None:
    caller = Caller("bri")
    with pytest.raises(ValueError):
        caller.engine.configure("bri", **given)
    with pytest.raises(ValueError):
        caller.engine.configure("nobody", fee="1")
    assert caller.engine.profile("bri") == PROFILES["bri"]


def test_settings_are_kept_and_can_be_taken_back() -> None:
    caller = Caller("bri")
    caller.engine.configure("bri", end_of_day="", dedup_days="1", quiet="0", fee="7")
    changed = caller.engine.profile("bri")
    assert changed == replace(PROFILES["bri"], end_of_day="", dedup_days=1, quiet=False, fee=7)
    caller.engine.configure("BRI", dedup_days="")
    assert caller.engine.profile("bri") == replace(PROFILES["bri"], end_of_day="", quiet=False, fee=7)
