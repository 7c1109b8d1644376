"""The sweep wakes every kind of due work, and one kind that is broken keeps no other asleep."""

from __future__ import annotations

import json
from typing import NoReturn

import pytest

from functions.sweep_due import handler as sweep_due
from prakerja.payouts.service import start_run
from prakerja.platform.clock import wib_date
from tests.support.wired import sample, wire
from tests.support.world import World


def test_a_kind_that_cannot_be_swept_keeps_no_other_asleep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> NoReturn:
        raise ValueError("an item that nobody can read")

    wire(world, monkeypatch)
    start_run(world.platform, operator="op-1", scheduled_until=wib_date(world.clock.programme()), key="run-1")
    world.take()
    world.clock.move(minutes=11)
    first = next(iter(sweep_due.SWEEPS))
    monkeypatch.setitem(sweep_due.SWEEPS, first, broken)
    with pytest.raises(RuntimeError, match=first):
        sweep_due.handler(sample("sweep_due", "minute"), None)
    assert [message.topic for message in world.take()] == ["payouts.run_started.v1"]


def test_a_run_that_ended_says_so_whatever_it_found(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its absence is the alarm: no run, or none that ends."""
    wire(world, monkeypatch)
    assert not any(sweep_due.handler(sample("sweep_due", "minute"), None).values())
    (said,) = [line for line in capsys.readouterr().out.splitlines() if '"DueSwept"' in line]
    assert json.loads(said)["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
