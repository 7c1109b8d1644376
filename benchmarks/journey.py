"""What one person's whole journey costs, on the emulated cloud: calls, items of transactions and units of each command.

The figures are those that ``tests/chaos/test_budgets.py`` measures and holds to its budgets; they are the same on every
machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.chaos.test_budgets import FULL_READ_UNITS, FULL_WRITE_UNITS, READ_UNITS, REPORT, WRITE_UNITS

ROOT = Path(__file__).parents[1]
MEASURE = "tests/chaos/test_budgets.py"
READ_PRICE, WRITE_PRICE, RUPIAH_PER_DOLLAR = 0.15, 0.74, 16_500
"""US dollars a million units, as in docs/capacity.md."""
COLUMNS = "{:40}{:>7}{:>13}{:>14}{:>16}"


def line(name: str, cost: dict[str, Any], items: str) -> str:
    """One row of the table."""
    return COLUMNS.format(name, sum(cost["calls"].values()), items, cost["read_units"], cost["write_units"])


def told(name: str, units: dict[str, float], reads: int, writes: int) -> str:
    """What one person takes, beside its budget, and the list price in rupiah."""
    read, written = units["read_units"], units["write_units"]
    price = (read * READ_PRICE + written * WRITE_PRICE) / 1_000_000 * RUPIAH_PER_DOLLAR
    return f"  {name}: {read:.1f} of {reads} read units, {written:.0f} of {writes} write units, Rp{price:.1f} at list prices"


def main() -> int:
    """Measure, print; status 1 if a budget is not kept."""
    REPORT.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", MEASURE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if not REPORT.exists():
        print(done.stdout, done.stderr, sep="\n")
        return 1
    measured = json.loads(REPORT.read_text("utf-8"))
    print(COLUMNS.format("", "calls", "items", "read units", "write units"))
    for name, cost in measured["commands"].items():
        print(
            line(name, cost, "+".join(map(str, cost["items"])) if len(cost["items"]) < 5 else str(sum(cost["items"])))
        )
    personal = measured["one person, personal"]
    print(line("one person", personal, str(sum(personal["items"]))))
    print("one person, without what is done once for a wave or a run")
    print(told("the thin journey", measured["thin journey"], READ_UNITS, WRITE_UNITS))
    print(told("with a webinar attended in person", measured["full journey"], FULL_READ_UNITS, FULL_WRITE_UNITS))
    print(f"  texts: {measured['texts']}, registry look-ups: {measured['look_ups']}")
    if done.returncode:
        print(done.stdout)
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
