"""Every service of every provider, asked by a caller that shares no code with ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.world.snap import report
from sandbox.world.snap.books import Account
from sandbox.world.snap.profiles import PROFILES, SERVICES, TOKEN
from tests.contract.snap.caller import ELSEWHERE, NUMBER, PATHS, PROVIDERS, Caller, case, read
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, SOURCE

ALL = [(provider, service) for provider in PROVIDERS for service in PATHS[provider] if service != TOKEN]
RUPIAH = {"value": f"{AMOUNT}.00", "currency": "IDR"}


def caller(provider: str) -> Caller:
    return Caller(provider)


def test_the_table_of_paths_is_complete() -> None:
    assert set(PATHS) == set(PROFILES)
    assert {service for paths in PATHS.values() for service in paths} == set(SERVICES.values())
    for name, profile in PROFILES.items():
        assert profile.services == set(PATHS[name]) - {TOKEN}


@pytest.mark.parametrize(("provider", "service"), ALL)
def test_every_service_answers(provider: str, service: str) -> None:
    asked = caller(provider)
    asked.pay()
    asked.clock.move(minutes=11)  # the longest a provider keeps silent about a transfer
    body = asked.body(service, reference="P1" if service in ("36", "39") else "P2")
    reply = asked.call(service, body)
    assert (reply.status, reply.code) == (200, f"200{service}00")
    assert read(reply)["responseMessage"] == "Successful"


@pytest.mark.parametrize(("provider", "service"), ALL)
def test_paths_are_exact(provider: str, service: str) -> None:
    asked = caller(provider)
    request = asked.request(service, asked.body(service))
    others = {path for paths in PATHS.values() for path in paths.values()} - set(PATHS[provider].values())
    if provider == "bri":  # its prefixes go with any of its services here
        others = {path for path in others if not path.startswith(("/snap/v1.0/", "/intrabank/", "/interbank/"))}
    for path in [*sorted(others), request.path + "/", request.path.upper(), "/", ""]:
        assert asked.engine.handle(replace(request, path=path)).status == 405, path
    assert asked.engine.handle(replace(request, provider="nobody")).code == "4050000"


def test_a_token_lives_its_time() -> None:
    asked = caller("bni")
    token = read(asked.engine.handle(asked.token_request()))
    assert (token["tokenType"], token["expiresIn"], token["responseCode"]) == ("Bearer", "900", "2007300")
    assert asked.fetch_token() != token["accessToken"]
    asked.clock.move(seconds=899)
    assert case(asked.call("11")) == "20000"
    asked.clock.move(seconds=1)
    assert case(asked.call("11")) == "40101"


def test_balance() -> None:
    asked = caller("bni")
    asked.pay()
    info = read(asked.call("11"))["accountInfos"][0]
    assert (info["availableBalance"]["value"], info["status"]) == (f"{FUNDS - AMOUNT}.00", "0001")
    assert case(asked.call("11", {"accountNo": NUMBER["bank"]})) == "40411"
    assert case(asked.call("11", {"accountNo": 5})) == "40001"


def test_accounts_of_the_own_bank_and_of_another() -> None:
    asked = caller("bni")
    own = read(asked.call("15"))
    assert (own["beneficiaryAccountName"], own["beneficiaryAccountStatus"]) == (HOLDER, "Rekening aktif")
    other = read(asked.call("16"))
    assert (other["beneficiaryBankCode"], other["beneficiaryAccountNo"]) == ("022", ELSEWHERE[4:])
    assert "beneficiaryAccountStatus" not in other
    body = asked.body("16", beneficiaryBankCode="009", beneficiaryAccountNo=NUMBER["bank"])
    assert read(asked.call("16", body))["beneficiaryAccountName"] == HOLDER
    assert case(asked.call("16", asked.body("16", beneficiaryBankCode="002"))) == "40411"
    assert case(asked.call("16", asked.body("16", beneficiaryBankCode=""))) == "40002"


def test_a_wallet_says_its_limits() -> None:
    asked = caller("linkaja")
    asked.open(Account("linkaja", "6281110000000", HOLDER, kyc="BASIC", balance=1_900_000, min_amount=10_000))
    answer = read(asked.call("37", asked.body("37", customerNumber="081110000000")))
    assert answer["minAmount"]["value"] == "10000.00"
    assert answer["maxAmount"]["value"] == "100000.00"
    assert answer["customerMonthlyInLimit"] == "20000000"
    assert answer["customerNumber"] == "XXXXXXXX0000"


@pytest.mark.parametrize(
    ("account", "asked", "said"),
    [
        ({"nik": "3201010101010001"}, "3201010101010001", {"identityMatch": "Y", "customerLevel": "FULL"}),
        ({"nik": "3201010101010001"}, "3201010101010002", {"identityMatch": "N", "customerLevel": "FULL"}),
        ({"nik": "3201010101010001", "kyc": "BASIC"}, None, {"customerLevel": "BASIC"}),
        ({"nik": ""}, "3201010101010001", {"customerLevel": "FULL"}),
        ({"kyc": "NONE"}, "3201010101010001", {"customerLevel": "BASIC"}),
    ],
)
def test_who_holds_a_wallet(account: dict[str, Any], asked: str | None, said: dict[str, str]) -> None:
    partner = caller("linkaja")
    partner.open(Account("linkaja", NUMBER["wallet"], HOLDER, **account))
    body = partner.body("37", additionalInfo={"identityNumber": asked})
    assert read(partner.call("37", body))["additionalInfo"] == said


@pytest.mark.parametrize("provider", ["ovo", "gopay", "dana"])
def test_others_say_nothing_of_it(provider: str) -> None:
    asked = caller(provider)
    assert "additionalInfo" not in read(asked.call("37"))


def test_a_wallet_that_was_never_upgraded_takes_nothing() -> None:
    asked = caller("linkaja")
    asked.open(Account("linkaja", NUMBER["wallet"], HOLDER, kyc="NONE"))
    reply = asked.pay()
    assert (case(reply), read(reply)["additionalInfo"]["resultMsg"]) == ("40302", "PAYEE_KYC_UPGRADE_REQUIRED")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_paying(provider: str) -> None:
    asked = caller(provider)
    answer = read(asked.pay())
    assert (answer["partnerReferenceNo"], answer["amount"]) == ("P1", RUPIAH)
    assert answer["referenceNo"] == f"{provider.upper()}0000000001"
    assert report.net(asked.engine, provider)["P1"] == report.Net(1, 0, AMOUNT)
    account = asked.engine.books.account(provider, asked.number)
    assert account is not None
    assert account.balance == AMOUNT


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if "18" in PATHS[name]])
def test_paying_into_another_bank_costs_a_fee(provider: str) -> None:
    asked = caller(provider)
    answer = read(asked.call("18"))
    assert (answer["beneficiaryBankCode"], answer["beneficiaryAccountNo"]) == ("022", ELSEWHERE[4:])
    books = report.books(asked.engine, provider)
    assert books["agrees"]
    assert books["providers"][provider]["source_accounts"] == {SOURCE: FUNDS - AMOUNT - 2_500}
    assert books["providers"][provider]["fees"] == 2_500
    missing = asked.body("18", "P2")
    del missing["beneficiaryAccountName"]
    assert case(asked.call("18", missing)) == "40002"


def test_the_fee_must_be_covered_too() -> None:
    asked = caller("linkaja")
    asked.engine.configure("linkaja", fee="1000")
    asked.open(Account("linkaja", "6285550000000", "LAIN", max_balance=2 * FUNDS, monthly_in=2 * FUNDS))
    assert case(asked.pay("P1", FUNDS, customerNumber="6285550000000")) == "40314"
    assert case(asked.pay("P1", FUNDS - 1_000, customerNumber="6285550000000")) == "20000"
    assert report.books(asked.engine, "linkaja")["providers"]["linkaja"]["source_accounts"] == {SOURCE: 0}


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "gopay"])
def test_status_by_either_reference(provider: str) -> None:
    asked = caller(provider)
    paid = read(asked.pay())
    ours = read(asked.ask())
    theirs = read(asked.ask(originalPartnerReferenceNo="", originalReferenceNo=paid["referenceNo"]))
    for answer in (ours, theirs):
        assert (answer["latestTransactionStatus"], answer["transactionStatusDesc"]) == ("00", "Success")
        assert (answer["originalPartnerReferenceNo"], answer["originalReferenceNo"]) == ("P1", paid["referenceNo"])
        assert (answer["amount"], answer["previousResponseCode"]) == (RUPIAH, f"200{asked.paying}00")
    assert case(asked.ask("P2")) == "40401"
    assert case(asked.ask("P1", originalReferenceNo="BNI0000000099")) == "40401"
    assert case(asked.ask("P1", serviceCode="")) == "40002"
    assert case(asked.ask("")) == "40002"


@pytest.mark.parametrize(
    ("service", "field", "value", "code"),
    [
        ("17", "transactionDate", "", "40002"),
        ("17", "transactionDate", "15-01-2026", "40001"),
        ("17", "sourceAccountNo", "1234", "40315"),
        ("17", "remark", "x" * 51, "40001"),
        ("18", "beneficiaryBankCode", "", "40002"),
        ("38", "notes", "x" * 256, "40001"),
        ("37", "amount", {}, "40002"),
        ("36", "serviceCode", "170", "40001"),
        ("12", "pageSize", "51", "40001"),
        ("12", "pageNumber", 0, "40001"),
        ("14", "accountNo", "1", "40411"),
    ],
)
def test_fields_of_the_standard(service: str, field: str, value: object, code: str) -> None:
    asked = caller("generic")
    assert case(asked.call(service, {**asked.body(service), field: value})) == code
