"""What an institution tries its software with: test codes that start over, and the check of what it signs."""

from __future__ import annotations

import json
from typing import Any

import pytest

import functions.partner_api.handler as partner_api
from prakerja.partners import WrongPartnerKind
from prakerja.partners.signature import strong_text
from prakerja.training.model.task import Task, TaskScope
from prakerja.training.service.testing import AT_ONCE, issue_test_codes
from prakerja.training.store.learning import task_part
from tests.contract.partner.client import PREFIX, event
from tests.support.market import STATUS, Market, refused
from tests.support.world import World

RESET, CHECK = "/payment/redeem-code/reset", "/signature/check"
COMMIT = PREFIX + "/payment/redeem-code/commit"
SENT = {"client_code": "lpk", "timestamp": "1516239022", "path": COMMIT, "body": '{"redeem_code": "X"}'}
TEXT = f'lpk1516239022POST{COMMIT}{{"redeem_code":"X"}}'


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


def issue(market: Market, partner: str = "lpk") -> dict[str, str]:
    """Case → code."""
    codes = issue_test_codes(market.world.platform, institution=market.partner(partner), operator="op-1")
    return {code.course_code: code.redeem_code for code in codes}


# test codes -------------------------------------------------------------------------------------------------------
def test_an_institution_has_one_code_of_each_case(market: Market) -> None:
    codes = issue(market)
    assert list(codes) == ["TC1-001-200", "TC1-999-200", "TC2-001-200", "TC2-999-200"]
    assert all(len(code) == 11 and code.startswith("PRAT-") for code in codes.values())
    assert issue(market) == codes
    assert set(issue(market, "bkk").values()).isdisjoint(codes.values())
    with pytest.raises(WrongPartnerKind):
        issue(market, "toko")


def test_a_code_goes_its_way_and_starts_over(market: Market) -> None:
    code = {"redeem_code": issue(market)["TC2-001-200"]}
    start = market.call("lpk", STATUS, code)[1]["data"]
    assert (start["status"], start["attendance_status"], start["course_type"]) == (0, 0, 2)
    assert market.redeem(**code)[1]["data"]["status"] == 1
    task = {**code, "scope": "uk", "sequence": 999, "url_file": "https://files.example.test/a.pdf"}
    assert market.call("lpk", "/tpm/submission", task)[0] == 200
    for _ in range(2):
        assert market.call("lpk", RESET, code) == (200, {"success": True, "message": "OK", "data": start})
    assert market.call("lpk", STATUS, code)[1]["data"] == start
    handed_in = market.call("lpk", "/tpm/submission/status", {**code, "scope": "uk", "sequence": 999})[1]["data"]
    assert handed_in["assignment"]["status"] == 0


def test_a_reset_that_comes_late_a_second_time_undoes_nothing(market: Market) -> None:
    code = {"redeem_code": issue(market)["TC1-001-200"]}
    late = market.event("lpk", RESET, code)
    first = partner_api.handler(late, None)["body"]
    market.world.clock.move(seconds=2)
    assert market.redeem(**code)[1]["data"]["status"] == 1
    assert partner_api.handler(late, None)["body"] == first
    assert market.call("lpk", STATUS, code)[1]["data"]["status"] == 1
    market.world.clock.move(seconds=2)
    assert market.call("lpk", RESET, code)[1]["data"]["status"] == 0
    assert market.call("lpk", STATUS, code)[1]["data"]["status"] == 0


def test_a_code_takes_tasks_from_its_start(market: Market) -> None:
    for code in issue(market).values():
        assert market.submit(code)[0] == 200
        assert market.feedback(code)[0] == 200


def test_a_code_for_the_post_test_has_everything_before_it(market: Market) -> None:
    code = issue(market)["TC2-999-200"]
    seen = {
        number: market.call("lpk", STATUS, {"redeem_code": code, "sequence": number})[1]["data"]
        for number in (1, 5, 999)
    }
    assert {number: data["attendance_status"] for number, data in seen.items()} == {1: 1, 5: 1, 999: 0}
    assert seen[999]["status"] == 1


def test_more_tasks_than_fit_into_one_transaction_are_forgotten(market: Market) -> None:
    code = {"redeem_code": issue(market)["TC1-999-200"]}
    for number in range(1, 94):
        task = {**code, "scope": "tpm", "sequence": number, "url_file": "https://files.example.test/a.pdf"}
        assert market.call("lpk", "/tpm/submission", task)[0] == 200
    assert market.call("lpk", RESET, code)[0] == 200
    assert [item for item in market.world.items("programme") if item["sk"].startswith("SUBMISSION#")] == []


@pytest.mark.parametrize("before", range(2))
def test_a_code_with_many_tasks_is_reset_twice_at_once(market: Market, before: int) -> None:
    """The other one has forgotten everything before this one's first look at the tasks, or before its second one."""
    code = {"redeem_code": issue(market)["TC1-999-200"]}
    for number in range(1, AT_ONCE + 4):
        task = Task(
            code["redeem_code"], TaskScope.TPM, number, "https://files.example.test/a.pdf", market.world.clock.wall()
        )
        market.world.table.commit(task_part(None, task))
    events, looks = market.world.client.meta.events, []
    answers = []

    def overtake(**_: Any) -> None:
        looks.append(1)
        if len(looks) == before + 1:
            events.unregister("before-call.dynamodb.Query", overtake)
            answers.append(market.call("lpk", RESET, code))

    events.register("before-call.dynamodb.Query", overtake)
    answers.append(market.call("lpk", RESET, code))
    assert [status for status, _ in answers] == [200, 200], answers
    assert answers[0] == answers[1]
    assert [item for item in market.world.items("programme") if item["sk"].startswith("SUBMISSION#")] == []


def test_only_ones_own_test_codes_start_over(market: Market) -> None:
    market.member()
    bought = market.buy()["redeem_code"]
    refused(market.call("lpk", RESET, {"redeem_code": bought}), "ERRTRX40061")
    mine = issue(market)["TC1-001-200"]
    refused(market.call("bkk", RESET, {"redeem_code": mine}), "ERRTRX40031")
    refused(market.call("lpk", RESET, {"redeem_code": "PRAT-AAAAAA"}), "ERRTRX40031")
    refused(market.call("toko", RESET, {"redeem_code": mine}), "ERRTRX40003")


# the check of what was signed ---------------------------------------------------------------------------------------
def check(changes: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"text": TEXT, **SENT, **changes})
    response = partner_api.handler(event(PREFIX + CHECK, headers, body), None)
    return response["statusCode"], json.loads(response["body"])


def test_a_right_text_is_found_right_and_its_spelling_named(market: Market) -> None:
    status, answer = check({}, Client_code="lpk")
    assert status == 200
    data = answer["data"]
    assert data["agrees"] is True
    assert data["body_form"] == "minified"
    assert [part["agrees"] for part in data["parts"]] == [True] * 5
    assert data["headers_received"]["client_code"] is True
    assert data["headers_received"]["signature"] is False
    assert data["clock_off"] == 1516239022 - int(market.world.clock.wall().timestamp())
    assert "5 menit" in data["advice"]


@pytest.mark.parametrize(
    ("text", "part", "position", "expected", "signed"),
    [
        (TEXT.replace("lpk", "lpx"), "client_code", 2, "k", "x1516239022POST/api/v1/i"),
        (TEXT.replace("1516239022", "1516239022000"), "method", 0, "POST", "000POST/api/v1/integrati"),
        (TEXT.replace("POST", "post"), "method", 0, "POST", "post/api/v1/integration/"),
        (TEXT.replace(COMMIT, "https://x" + COMMIT), "path", 0, COMMIT[:24], "https://x/api/v1/integra"),
        (TEXT.replace(COMMIT, COMMIT + "//"), "body", 0, '{"redeem_code": "X"}', '/{"redeem_code":"X"}'),
        (TEXT.replace('"X"', '"Y"'), "body", 16, 'X"}', 'Y"}'),
        (TEXT + "\n", "body", 19, "", "\n"),
        ("", "client_code", 0, "lpk", ""),
    ],
)
def test_the_part_that_differs_is_named(
    market: Market, text: str, part: str, position: int, expected: str, signed: str
) -> None:
    data = check({"text": text})[1]["data"]
    (wrong,) = [found for found in data["parts"] if found["agrees"] is False]
    assert (wrong["part"], wrong["position"], wrong["expected"], wrong["signed"]) == (part, position, expected, signed)
    assert (data["agrees"], data["body_form"]) == (False, None)
    assert part in data["advice"]


def test_the_stronger_text_is_compared_line_by_line(market: Market) -> None:
    nonce, body = "Zx3mQ9vT7kLp2RsW", SENT["body"]
    text = strong_text("lpk", SENT["timestamp"], nonce, "POST", COMMIT, body.encode())
    data = check({"text": text, "nonce": nonce})[1]["data"]
    assert (data["agrees"], data["body_form"]) == (True, "strong")
    lines = text.split("\n")
    lines[2], lines[6] = "1", "0" * 64
    data = check({"text": "\n".join(lines), "nonce": nonce})[1]["data"]
    assert [part["part"] for part in data["parts"] if not part["agrees"]] == ["timestamp", "body_sha256"]
    for wrong in (text + "\n", text + "\nmore", "\n".join(lines[:3]), ""):
        assert check({"text": wrong, "nonce": nonce})[1]["data"]["agrees"] is False


def test_it_looks_at_no_key_and_at_no_partner(market: Market) -> None:
    """A forger learns nothing: an unknown client is answered as a known one, and no table and no HMAC is touched."""
    with pytest.MonkeyPatch.context() as patch, market.counted() as calls:
        patch.setattr("hmac.digest", lambda *_: pytest.fail("an HMAC was computed"))
        known = check({})
        unknown = check({"client_code": "nobody", "text": TEXT.replace("lpk", "nobody")})
    assert known == unknown
    assert calls.operations == []
    assert market.keys["lpk"] not in json.dumps(known)


def test_what_is_sent_is_read_as_strictly_as_elsewhere(market: Market) -> None:
    assert check({"body": "not JSON"})[1]["code"] == "ERRREQ40001"
    assert check({"text": None})[1]["code"] == "ERRREQ40002"
    assert check({"path": ""})[1]["code"] == "ERRREQ40002"
    assert check({"text": "x" * 70_000})[0] == 413
