"""What participants make: handed in by their institution, answered by a trainer; and how that stands."""

from __future__ import annotations

from typing import Any

import pytest

from functions.partner_api.handler import handler
from prakerja.training.model.catalogue import POST_TEST
from tests.support.market import Market, refused
from tests.support.world import World

TASK_STATUS = "/tpm/submission/status"
OLD, NEW = "https://lms.example.test/a/b.pdf", "https://lms.example.test/baru.pdf"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def code(market: Market) -> str:
    market.member()
    return str(market.buy()["redeem_code"])


def task_status(market: Market, code: str, scope: str = "uk", sequence: int = POST_TEST) -> tuple[int, int]:
    named = {"redeem_code": code, "scope": scope, "sequence": sequence}
    answer, body = market.call("lpk", TASK_STATUS, named)
    assert answer == 200, body
    assert [{**body["data"][part], "status": 0} for part in ("assignment", "feedback")] == [{**named, "status": 0}] * 2
    return body["data"]["assignment"]["status"], body["data"]["feedback"]["status"]


def test_a_task_is_handed_in_and_gets_feedback(market: Market, code: str) -> None:
    market.redeem(code)
    assert task_status(market, code) == (0, 0)
    submitted = market.submit(code)[1]["data"]
    number = submitted.pop("id")
    assert 0 < number < 2**53
    assert submitted == {
        "redeem_code": code,
        "scope": "uk",
        "sequence": POST_TEST,
        "status": 2,
        "url_file": "https://lms.example.test/a/b.pdf",
    }
    assert task_status(market, code) == (2, 0)
    given = market.feedback(code)[1]["data"]
    assert given == {**submitted, "id": number, "url_file": "", "notes": "Rumusnya tepat."}
    assert task_status(market, code) == (2, 2)


def test_tasks_of_other_sequences_and_scopes_are_others(market: Market, code: str) -> None:
    market.redeem(code)
    ids = {market.submit(code, scope="tpm", sequence=number)[1]["data"]["id"] for number in (1, 2, 998)}
    assert len(ids) == 3
    assert market.submit(code, scope="tpm", sequence=None)[1]["data"]["sequence"] == 1
    assert market.submit(code, sequence=None)[1]["data"]["sequence"] == POST_TEST
    assert task_status(market, code, "tpm", 1) == (2, 0)
    assert task_status(market, code, "tpm", 3) == (0, 0)


def test_a_task_is_replaced_as_often_as_its_participant_likes(market: Market, code: str) -> None:
    market.redeem(code)
    first = market.submit(code)
    market.world.clock.move(hours=1)
    assert market.submit(code) == first
    second = market.submit(code, url_file=NEW)[1]["data"]
    assert (second["id"], second["url_file"]) == (first[1]["data"]["id"], NEW)
    market.feedback(code, url_file="https://lms.example.test/nilai.pdf")
    assert market.submit(code, url_file=NEW)[0] == 200
    assert task_status(market, code) == (2, 2)
    assert market.feedback(code, notes="Lain.")[1]["data"]["notes"] == "Lain."
    market.world.clock.move(seconds=2)
    third = market.submit(code)  # the first file again, in a request of its own
    assert (third, task_status(market, code)) == (first, (2, 0))
    market.feedback(code, notes="Sekarang tepat.")
    assert task_status(market, code) == (2, 2)


def test_what_was_asked_comes_late_a_second_time(market: Market, code: str) -> None:
    """An answer that got lost on the way, or a copy: what came in between stays, and the first answer is given."""
    market.redeem(code)
    task = {"redeem_code": code, "scope": "uk", "sequence": POST_TEST}
    sent = []
    for path, body in (
        ("/tpm/submission", {"url_file": OLD}),
        ("/tpm/submission", {"url_file": OLD}),
        ("/tpm/feedback/submission", {"notes": "Perbaiki."}),
        ("/tpm/submission", {"url_file": NEW}),
        ("/tpm/submission", {"url_file": OLD}),
        ("/tpm/submission", {"url_file": NEW}),
        ("/tpm/feedback/submission", {"notes": "Tepat."}),
    ):
        market.world.clock.move(seconds=2)
        event = market.event("lpk", path, {**task, **body})
        sent.append((event, handler(event, None)))
    before = market.world.items("programme")
    for event, first in sent:
        assert first["statusCode"] == 200
        assert handler(event, None)["body"] == first["body"]
    assert market.world.items("programme") == before
    (stored,) = [item for item in before if "url_file" in item]
    assert (stored["url_file"], stored["notes"]) == (NEW, "Tepat.")


def test_what_completed_a_course_stays(market: Market, code: str) -> None:
    market.complete(code)
    answer = market.submit(code)
    assert answer[0] == 200, "the same again is a repeat"
    refused(market.submit(code, url_file=NEW), "ERRTRX40055")
    refused(market.feedback(code, notes="Lain."), "ERRTRX40055")


def test_what_is_missing_before_a_task(market: Market, code: str) -> None:
    refused(market.submit(code), "ERRTRX40033")
    market.redeem(code)
    refused(market.feedback(code), "ERRTRX40054")
    market.world.clock.travel(days=40)
    refused(market.submit(code), "ERRTRX40051")


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "tpm"},
        {"scope": "tpm", "sequence": 0},
        {"scope": "uk", "sequence": 1},
        {"scope": "UK"},
        {"scope": 1},
        {"sequence": "999"},
        {"url_file": ""},
        {"url_file": "ftp://lms.example.test/a"},
        {"url_file": "https://x/" + "a" * 2048},
        {"url_file": None},
        {"redeem_code": "A#B"},
    ],
)
def test_a_task_with_wrong_fields_is_refused(market: Market, code: str, changes: dict[str, Any]) -> None:
    market.redeem(code)
    body = {"redeem_code": code, "scope": "uk", "sequence": POST_TEST, "url_file": "https://x.test/a", **changes}
    refused(market.call("lpk", "/tpm/submission", body), "ERRREQ40002")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url_file": "ftp://x"}, "url_file formatnya tidak sesuai."),
        ({"sequence": 1}, "sequence harus 1 sampai 998 untuk tpm, 999 untuk uk."),
    ],
)
def test_a_wrong_field_is_named_with_one_complaint(
    market: Market, code: str, changes: dict[str, Any], said: str
) -> None:
    body = {"redeem_code": code, "scope": "uk", "sequence": POST_TEST, "notes": "Tepat.", "url_file": "", **changes}
    assert refused(market.call("lpk", "/tpm/feedback/submission", body), "ERRREQ40002") == said


@pytest.mark.parametrize(
    ("changes", "is_good"),
    [
        ({"url_file": ""}, True),
        ({"url_file": None}, True),
        ({"url_file": "https://x.test/a"}, True),
        ({"url_file": "x"}, False),
        ({"notes": ""}, False),
        ({"notes": " "}, False),
        ({"notes": None}, False),
        ({"notes": "x" * 5001}, False),
        ({"notes": "baris\nbaru \u0001"}, True),
    ],
)
def test_feedback_needs_words_and_may_have_a_file(
    market: Market, code: str, changes: dict[str, Any], is_good: bool
) -> None:
    market.redeem(code)
    market.submit(code)
    answer = market.feedback(code, **changes)
    assert (answer[0] == 200) is is_good, answer
