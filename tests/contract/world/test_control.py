"""Faults: each does what it says, on the stand-in that it is set for, as long as it is set."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.world.app import NAMES
from sandbox.world.faults import ResponseLost

from .conftest import Heard, Outside


def send(outside: Outside, reference: str) -> Heard:
    return outside.post("/sms/v1/messages", {"to": "081234567890", "text": "Halo", "reference": reference})


def facts(outside: Outside) -> dict[str, int]:
    found: dict[str, int] = outside.get("/control/sms").json()["facts"]
    return found


def test_down_answers_503_and_does_nothing(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "down"})
    assert send(outside, "a").status == 503
    outside.post("/control/sms", {"mode": "up"})
    assert facts(outside)["messages"] == 0
    assert send(outside, "a").status == 202


def test_lossy_does_the_work_and_gives_no_answer(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "lossy"})
    with pytest.raises(ResponseLost):
        send(outside, "a")
    assert facts(outside)["messages"] == 1


def test_duplicate_does_the_work_twice_for_one_answer(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "duplicate"})
    assert send(outside, "a").json()["receipts"] == 2
    assert facts(outside) == {"messages": 1, "receipts": 2, "differing": 0}


def test_slow_waits_and_then_works(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    outside.post("/control/sms", {"mode": "slow", "ms": 1500})
    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert send(outside, "a").status == 202
    assert waited == [1.5]


def test_a_fault_touches_only_its_stand_in_and_never_the_controls(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "down"})
    assert outside.get("/beacon/info").status == 200
    assert outside.get("/inbox").status == 200
    assert outside.get("/control/health").json()["ok"] is True


def test_a_fault_can_last_for_some_requests(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "down", "requests": 2})
    assert [send(outside, str(number)).status for number in range(4)] == [503, 503, 202, 202]
    assert outside.get("/control/sms").json()["mode"] == "up"


def test_a_rate_hits_its_share_and_the_same_requests_each_time(outside: Outside) -> None:
    def hits() -> list[bool]:
        outside.post("/control/sms", {"mode": "down", "rate": 0.3})
        return [send(outside, "a").status == 503 for _ in range(200)]

    first = hits()
    assert 35 <= sum(first) <= 85
    assert hits() == first


def test_a_fault_survives_a_restart(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "lossy", "rate": 0.5, "requests": 3})
    outside.restart()
    state = outside.get("/control/sms").json()
    assert (state["mode"], state["rate"], state["requests"]) == ("lossy", 0.5, 3)


def test_all_of_them_at_once(outside: Outside) -> None:
    assert {state["mode"] for state in outside.post("/control/all", {"mode": "down"}).json().values()} == {"down"}
    assert outside.get("/beacon/info").status == 503
    outside.post("/control/all", {"mode": "up"})
    assert {state["mode"] for state in outside.get("/control").json().values()} == {"up"}


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "broken"},
        {"mode": "slow", "ms": -1},
        {"mode": "lossy", "rate": 0},
        {"mode": "down", "until": 3},
        [],
        "up",
    ],
)
def test_an_unknown_fault_is_refused_and_changes_nothing(outside: Outside, fault: object) -> None:
    assert outside.post("/control/sms", fault).status == 400
    assert outside.get("/control/sms").json()["mode"] == "up"


def test_an_unknown_name_is_told_the_known_ones(outside: Outside) -> None:
    heard = outside.post("/control/fax", {"mode": "down"})
    assert heard.status == 404
    assert all(name in heard.json()["error"] for name in NAMES)


def test_buttons_work_without_a_script(outside: Outside) -> None:
    page = outside.get("/control", page=True)
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert page.text.count('<button name="mode"') == 5 * len(NAMES)
    heard = outside.press("/control/beacon", mode="down")
    assert (heard.status, heard.headers["location"]) == (303, "/control")
    assert outside.get("/control/beacon").json()["mode"] == "down"
    assert 'value="down" class=now' in outside.get("/control/beacon", page=True).text


def test_the_registry_s_page_shows_people_to_try(outside: Outside) -> None:
    outside.post("/control/registry/people", {"seed": 1, "count": 3})
    page = outside.get("/control/registry", page=True).text
    assert all(person["nik"] in page for person in outside.get("/control/registry/people").json()["people"])


def test_an_unknown_path_and_a_wrong_method_say_so(outside: Outside) -> None:
    assert outside.get("/fax").status == 404
    assert outside.get("/sms/v1/messages").status == 405
