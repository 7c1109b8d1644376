"""The numbered menu F01-F38: what each line does on the wire, and what is true in the provider's ledger then."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.world.snap import Courier, report
from sandbox.world.snap.faults import Fault
from sandbox.world.snap.menu import CATALOGUE, MENU, PLACES, Place, usual_role
from sandbox.world.snap.wire import Lost, Reply
from tests.contract.snap.caller import Caller, case, read

ANSWERED = [
    # number, variant, what the caller sees, credits, what an inquiry says at once, and later
    ("F01", 0, "40900", 1, "00", "00"),
    ("F02", 0, "40901", 1, "00", "00"),
    ("F03", 0, "40418", 1, "00", "00"),
    ("F03", 1, "40418", 1, "00", "00"),
    ("F04", 0, "lost", 1, "00", "00"),
    ("F05", 0, "lost", 0, "40401", "40401"),
    ("F06", 0, "lost", 1, "40401", "00"),
    *[("F07", variant, code, 1, "00", "00") for variant, code in enumerate(("50000", "50001", "50002", "50400"))],
    *[("F07", 4 + v, code, 0, "40401", "40401") for v, code in enumerate(("50000", "50001", "50002", "50400"))],
    ("F08", 0, "50000", 0, "06", "06"),
    ("F09", 0, "20200", 1, "03", "00"),
    ("F10", 0, "20200", 0, "03", "06"),
    ("F11", 0, "20200", 0, "03", "03"),
    ("F12", 0, "42900", 0, "42900", "42900"),
    ("F13", 0, "40100", 0, "40100", "40100"),
    ("F15", 0, "40411", 0, "06", "06"),
    ("F16", 0, "40318", 0, "06", "06"),
    ("F16", 1, "40309", 0, "06", "06"),
    ("F16", 2, "40305", 0, "06", "06"),
    ("F17", 0, "40302", 0, "06", "06"),
    ("F17", 1, "40302", 0, "06", "06"),
    ("F17", 2, "40323", 0, "40401", "40401"),
    ("F18", 0, "40305", 0, "06", "06"),
    ("F19", 0, "40314", 0, "40401", "40401"),
    ("F25", 0, "20000", 1, "00", "00"),
    ("F25", 1, "20000", 1, "00", "00"),
    ("F26", 0, "20000", 1, "00", "00"),
    *[("F27", variant, "20000", 1, "00", "00") for variant in range(3)],
    ("F28", 0, "50000", 1, "00", "00"),
    ("F28", 1, "", 1, "00", "00"),
    ("F28", 2, "", 1, "00", "00"),
    ("F28", 3, "", 1, "00", "00"),
    ("F28", 4, "20000", 1, "00", "00"),
    ("F28", 5, "", 1, "00", "00"),
    ("F29", 0, "40399", 1, "00", "00"),
    ("F29", 1, "20000", 1, "09", "09"),
    ("F30", 0, "20000", 1, "50000", "50000"),
    ("F30", 1, "20000", 1, "40306", "40306"),
    ("F31", 0, "20000", 0, "00", "04"),
    ("F37", 0, "20000", 1, "00", "00"),
    ("F37", 1, "20000", 1, "00", "00"),
]
ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(("F20", "F21", "F22", "F23", "F24"), "call-backs: below, and test_standin_callbacks"),
    "F14": "below",
    "F32": "test_standin_statements",
    "F33": "below",
    "F34": "below",
    "F35": "test_standin_checks",
    "F36": "test_standin_profiles",
    "F38": "below",
}


def test_the_menu_is_whole_and_all_of_it_is_tried() -> None:
    assert list(CATALOGUE) == [f"F{number:02d}" for number in range(1, 39)]
    tried = Counter(row[0] for row in ANSWERED)
    for number, one in CATALOGUE.items():
        assert number in ELSEWHERE or tried[number] == len(one.variants), number
        assert one.variants or one.by_itself
        assert all(variant["what"] in MENU for variant in one.variants)
    named = {variant["what"] for one in CATALOGUE.values() for variant in one.variants}
    beside = {"down", "refuse", "not_found_at_inquiry", "callback_delayed"} | {
        what for what, place in PLACES.items() if place is Place.FILE
    }
    assert set(MENU) - named == beside


def told(reply: Reply) -> str:
    """The case, or "lost"; for an inquiry that worked, the status of the transfer."""
    if reply.lost:
        return "lost"
    if reply.code[:3] == "200" and reply.code[3:5] in ("36", "39"):
        return str(read(reply)["latestTransactionStatus"])
    return case(reply) if reply.code else ""


@pytest.mark.parametrize("provider", ["bni", "linkaja", "dana"])
@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: f"{row[0]}-{row[1]}")
def test_calls(row: tuple[str, int, str, int, str, str], provider: str) -> None:
    number, variant, seen, kept, at_once, later = row
    caller = Caller(provider)
    caller.engine.add_fault(**{"what": number, **CATALOGUE[number].variants[variant]})
    assert told(caller.pay()) == seen
    assert told(caller.ask()) == at_once
    caller.engine.configure(provider, tolerance_seconds="999999", token_seconds="999999")
    caller.token = "" if provider == "dana" else fresh_token(caller)
    caller.clock.move(days=1)
    assert told(caller.ask()) == later
    net = report.net(caller.engine, provider).get("P1", report.Net(0, 0, 0))
    assert net.kept == kept
    assert report.books(caller.engine, provider)["agrees"]


def fresh_token(caller: Caller) -> str:
    """From a provider that behaves for a moment."""
    rules = caller.engine.faults.listed()
    caller.engine.faults.clear()
    token = caller.fetch_token()
    for rule in rules:
        caller.engine.add_fault(rule["what"], code=rule["code"])
    return token


DETAILS: list[tuple[dict[str, Any], Callable[[Reply, Reply], object]]] = [
    ({"what": "kyc_required"}, lambda paid, _: read(paid)["additionalInfo"]["resultMsg"] == "PAYEE_KYC_UPGRADE_REQUIRED"),
    ({"what": "F18"}, lambda paid, _: read(paid)["additionalInfo"]["resultMsg"] == "PAYEE_USER_NOT_EXIST"),
    ({"what": "wrong_amount_at_inquiry"}, lambda _, asked: read(asked)["amount"]["value"] == "60000.00"),
    ({"what": "pays_wrong_amount"}, lambda paid, asked: read(paid)["amount"] == read(asked)["amount"]
     == {"value": "60000.00", "currency": "IDR"}),
    ({"what": "F26"}, lambda _, asked: read(asked)["customerNumber"] == "XXXXXXXXX7800"),
    ({"what": "wrong_echo_reference"}, lambda paid, _: read(paid)["partnerReferenceNo"] == "SOMEONEELSE"),
    ({"what": "wrong_echo_amount"}, lambda paid, _: read(paid)["amount"]["value"] == "60000.00"),
    ({"what": "missing_reference_no"}, lambda paid, _: "referenceNo" not in read(paid)),
    ({"what": "code_contradicts_http"}, lambda paid, _: (paid.status, paid.code) == (200, "5003800")),
    ({"what": "html_body", "code": "5020000"}, lambda paid, _: (paid.status, paid.content_type) == (502, "text/html")),
    ({"what": "truncated_json"}, lambda paid, _: paid.body.startswith(b'{"responseCode": "2003800"')),
    ({"what": "invalid_utf8"}, lambda paid, _: b"\xe9" in paid.body),
    ({"what": "huge_body"}, lambda paid, _: len(paid.body) > 1_000_000),
    ({"what": "drip", "seconds": 9}, lambda paid, _: (paid.drip, paid.delay_seconds) == (True, 9)),
    ({"what": "slow"}, lambda paid, _: (paid.drip, paid.delay_seconds) == (False, 3)),
    ({"what": "down"}, lambda paid, asked: (paid.status, paid.content_type, asked.status) == (503, "text/html", 503)),
    ({"what": "down", "how": "cut"}, lambda paid, _: paid.lost is Lost.CUT),
    ({"what": "lost_after_commit"}, lambda paid, _: paid.lost is Lost.HANG),
    ({"what": "refuse", "code": "4030019"}, lambda paid, _: paid.code == "4033819"),
    ({"what": "not_found_at_inquiry"}, lambda _, asked: asked.code == "4043901"),
    ({"what": "pending_then_fail", "code": "4033809"}, lambda _, asked: read(asked)["previousResponseCode"] == "4033809"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "holds"), DETAILS, ids=[str(row[0]) for row in DETAILS])
def test_details(fault: dict[str, Any], holds: Callable[[Reply, Reply], object]) -> None:
    caller = Caller("linkaja")
    caller.fetch_token()
    caller.engine.add_fault(**fault)
    assert holds(caller.pay(), caller.ask())


def test_f08_a_replay_fails_for_ever_at_dana() -> None:
    caller = Caller("dana")
    caller.engine.add_fault("F08", times=1)
    assert [case(caller.pay()) for _ in range(5)] == ["50000"] * 5
    assert told(caller.ask()) == "06"
    assert report.net(caller.engine, "dana") == {}


def test_f06_a_late_copy_is_dropped_if_the_reference_was_paid_meanwhile() -> None:
    for dedup, paid in (("strict", 1), ("off", 2)):
        caller = Caller("linkaja")
        caller.engine.configure("linkaja", dedup=dedup)
        caller.engine.add_fault("F06", times=1, seconds=60)
        caller.pay()
        assert case(caller.pay()) == "20000", "not found, so it is taken as new"
        caller.clock.move(seconds=60)
        assert told(caller.ask()) == "00"
        assert report.net(caller.engine, "linkaja")["P1"].credits == paid


def test_f14_the_token_really_ends() -> None:
    caller = Caller("bni")
    caller.fetch_token()
    caller.engine.add_fault("F14", times=1, role="transfer")
    assert [case(caller.pay()), case(caller.pay())] == ["40101", "40101"]
    caller.fetch_token()
    assert case(caller.pay()) == "20000"


@pytest.mark.parametrize("provider", ["bni", "linkaja"])
@pytest.mark.parametrize(
    ("what", "name"), [("name_truncated", "SITI AMINA"), ("name_masked", "SI** AM****"), ("name_other", "BUDI SANTOSO")]
)
def test_f38_names(provider: str, what: str, name: str) -> None:
    caller = Caller(provider)
    caller.engine.add_fault(what)
    answer = read(caller.call("15" if provider == "bni" else "37"))
    assert name in (answer.get("beneficiaryAccountName"), answer.get("customerName"))


def test_f33_a_caller_that_forgets_the_answer_finds_it_again() -> None:
    caller = Caller("ovo")
    caller.pay()
    assert told(caller.ask()) == "00"
    assert case(caller.pay()) == "40901"


def test_f34_two_at_once_are_paid_once() -> None:
    caller = Caller("linkaja")
    caller.fetch_token()
    requests = [caller.request("38", caller.body("38")) for _ in range(8)]
    replies: list[str] = []
    threads = [threading.Thread(target=lambda r=one: replies.append(case(caller.engine.handle(r)))) for one in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(replies) == {"20000": 1, "40901": 7}
    assert report.net(caller.engine, "linkaja")["P1"].credits == 1


CALLBACKS = [
    ("F20", [set()]),
    ("F21", [{("callback_duplicated", 2)}, {("callback_replayed", 2)}]),
    ("F22", [{("callback_out_of_order", 3)}]),
    ("F23", [{("callback_forged", 1), ("result", 1)}, {("callback_tampered", 1), ("result", 1)},
             {("callback_other_path", 1), ("result", 1)}]),
    ("F24", [{("callback_before_answer", 1)}]),
]  # fmt: skip


@pytest.mark.parametrize(("number", "expected"), CALLBACKS, ids=[row[0] for row in CALLBACKS])
def test_call_backs(number: str, expected: list[set[tuple[str, int]]]) -> None:
    """Over many payments each variant comes about, and nothing else."""
    seen = []
    for seed in range(12):
        caller = Caller("dana", callback_url="https://partner.test/x", seed=seed)
        caller.engine.add_fault(number)
        caller.pay()
        caller.clock.move(days=2)
        kinds: list[str] = []

        def take(callback: Any, into: list[str] = kinds) -> tuple[int, bytes]:
            into.append(callback.kind)
            return 200, b""

        Courier(caller.engine, take).deliver_due()
        seen.append(set(Counter(kinds).items()))
    assert all(kinds in expected for kinds in seen)
    assert all(kinds in seen for kinds in expected)


def test_a_number_takes_its_variants_in_turn_by_the_seed() -> None:
    def codes(seed: int) -> list[str]:
        caller = Caller("bni", seed=seed)
        caller.fetch_token()
        caller.engine.add_fault("F16")
        return [case(caller.pay(f"P{number}")) for number in range(40)]

    assert set(codes(1)) == {"40318", "40309", "40305"}
    assert codes(1) == codes(1) != codes(2)


def test_which_calls_a_number_hits() -> None:
    caller = Caller("linkaja")
    caller.engine.add_fault("F16", reference="P2")
    caller.engine.add_fault("F05", account_suffix="7890", nth=2)
    caller.engine.add_fault("F04", every=2, times=1)
    caller.engine.add_fault("F12", provider="bni")
    seen = [told(caller.pay(f"P{n}")) for n in range(1, 6)]
    assert seen[1] in ("40318", "40309", "40305")
    assert [*seen[:1], *seen[2:]] == ["20000", "lost", "lost", "20000"]
    assert [rule["fired"] for rule in caller.engine.faults.listed()] == [1, 1, 1, 0]


@pytest.mark.parametrize("what", ["F00", "F33", "F39", "f01", "nothing"])
def test_numbers_without_a_fault(what: str) -> None:
    with pytest.raises(ValueError, match="what must be one of"):
        Fault.of({"what": what})


def test_every_kind_has_its_place() -> None:
    assert set(PLACES) == set(MENU)
    roles = {"token", "account", "transfer", "status", "*"}
    assert {usual_role(what) for what in MENU} <= roles
