"""The beacon's adapter believes the stand-in, now, after a restart, and after a long sleep."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from prakerja.gateways.randomness_beacon import HttpRandomnessBeacon
from prakerja.platform.problems import Unavailable
from prakerja.waves.ports import RoundNotYet
from sandbox.world.beacon import Beacon
from sandbox.world.book import open_book

from .conftest import MovedClock, Outside


def test_rounds_come_out_on_time_and_verify(outside: Outside, clock: MovedClock) -> None:
    chain = HttpRandomnessBeacon("/beacon").chain()
    clock.advance(seconds=299)
    beacon = HttpRandomnessBeacon("/beacon", public_key=chain.public_key.hex())
    for number in (1, 2, 256, 257, 300):
        assert beacon.round(number).number == number
    assert outside.get("/beacon/rounds/latest").json()["round"] == 300
    assert chain.time_of(300) <= clock() < chain.time_of(301)
    with pytest.raises(RoundNotYet):
        beacon.round(301)
    clock.advance(seconds=1)
    assert beacon.round(301).number == 301


def test_the_first_round_after_a_moment_is_not_known_before_it(
    outside: Outside, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    beacon = HttpRandomnessBeacon("/beacon")
    number = beacon.chain().round_at(clock() + timedelta(minutes=60))
    with pytest.raises(RoundNotYet):
        beacon.round(number)
    clock.advance(minutes=60)
    with pytest.raises(RoundNotYet):
        beacon.round(number)
    clock.advance(seconds=1)
    catch_up(outside, monkeypatch)
    assert beacon.round(number).number == number


def test_a_restart_continues_the_same_chain(outside: Outside, clock: MovedClock) -> None:
    clock.advance(seconds=400)
    before = [outside.get(f"/beacon/rounds/{number}").json() for number in (1, 300, 401)]
    outside.restart()
    assert [outside.get(f"/beacon/rounds/{number}").json() for number in (1, 300, 401)] == before
    assert len({entry["randomness"] for entry in before}) == 3


def test_another_world_has_another_chain(outside: Outside, clock: MovedClock, tmp_path: Path) -> None:
    other = Outside(tmp_path / "other", clock)
    assert other.get("/beacon/info").json()["public_key"] != outside.get("/beacon/info").json()["public_key"]


def test_after_a_long_sleep_it_is_busy_first_and_right_then(
    outside: Outside, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(hours=1)
    beacon = HttpRandomnessBeacon("/beacon")
    with pytest.raises(Unavailable) as caught:
        beacon.round(3600)
    assert caught.value.retry_after == 1
    catch_up(outside, monkeypatch)
    assert beacon.round(3600).number == 3600


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "٣", "9" * 40])
def test_a_round_that_can_never_be_is_not_found(outside: Outside, number: str) -> None:
    assert outside.get(f"/beacon/rounds/{number}").status == 404


def test_a_future_round_says_when(outside: Outside) -> None:
    heard = outside.get("/beacon/rounds/61")
    assert (heard.status, heard.headers["retry-after"]) == (425, "60")


def test_the_period_is_fixed_with_the_book(tmp_path: Path, clock: MovedClock) -> None:
    assert Beacon(open_book(tmp_path), clock, 3).info() == Beacon(open_book(tmp_path), clock, 1).info()
    clock.advance(seconds=30)
    assert Beacon(open_book(tmp_path), clock, 1).latest() == 11


def catch_up(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's background task run until it has nothing to do, then start the server again."""

    class Resting(Exception):
        pass

    async def sleep(seconds: float) -> None:
        if seconds:
            raise Resting

    beacon = Beacon(open_book(outside.state_dir), outside.clock)
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        with pytest.raises(Resting):
            asyncio.run(beacon.keep_up())
    outside.restart()
