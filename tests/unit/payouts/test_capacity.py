"""docs/capacity.md says what is measured, and computes rightly from it."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from prakerja.gateways.snap.profiles import PROFILES
from tests.support.payout_costs import Cost, measure

PAGE = Path("docs/capacity.md").read_text("utf-8")
ROW = re.compile(r"^\| (.+?) \| (?:.+? \| )?([\d.,]+) \|$", re.MULTILINE)
SAID = {name: float(value.replace(",", "")) for name, value in ROW.findall(PAGE)}
PRICES = [float(text) for text in re.findall(r"(?:units|GB-second|messages) (0\.\d+)", PAGE)]


@pytest.fixture(scope="module")
def cost() -> Cost:
    return measure(10)


def test_the_page_says_what_is_measured(cost: Cost) -> None:
    assert (SAID["calls to DynamoDB"], SAID["write calls among them"]) == (cost.calls, cost.writes)
    assert (SAID["write units"], SAID["read units"]) == (cost.write_units, cost.read_units)
    assert SAID["bytes written"] == pytest.approx(cost.bytes_written, rel=0.05)
    assert cost.writes <= 3


def test_workers_and_rates_are_those_of_the_profiles() -> None:
    rules = [profile.rules for profile in PROFILES.values()]
    assert (SAID["W"], SAID["R"]) == (sum(r.concurrency for r in rules), sum(r.per_second for r in rules))


def test_the_page_computes_rightly(cost: Cost) -> None:
    around = cost.calls * SAID["D"] + SAID["C"]
    seconds = SAID["L"] + around
    rate = min(SAID["R"], SAID["W"] / seconds)
    units = cost.write_units * SAID["U"], cost.read_units * SAID["U"]
    writes, reads, gb_seconds, messages = PRICES
    dollars = units[0] * writes + units[1] * reads + seconds * SAID["M"] * 1e6 * gb_seconds + 2 * messages
    derived = {
        "seconds per payout": round(seconds, 3),
        "payouts a second with 40 workers": math.floor(rate),
        "workers needed for 100 a second": math.ceil(100 * seconds),
        "L at which 40 workers still pay 100 a second, seconds": round(SAID["W"] / 100 - around, 3),
        "hours for a million at that rate": round(1e6 / rate / 3600, 1),
        "payouts a second if a million is spread over 24 hours": round(1e6 / 86400, 1),
        "write units a second at 100 payouts a second": 100 * units[0],
        "price of a million payouts, million rupiah": round(dollars * SAID["K"] / 1e6, 2),
    }
    assert {name: SAID[name] for name in derived} == derived
