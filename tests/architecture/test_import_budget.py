"""Functions stay light: the number of modules a handler imports is the same on every machine, unlike milliseconds."""

from __future__ import annotations

import json
from functools import cache

import pytest

from tests.architecture.import_budget import HEADROOM, NEVER, budget, function_names, imported_by
from tests.architecture.source import ROOT

FUNCTIONS = function_names()
every_function = pytest.mark.parametrize("function", FUNCTIONS)
modules_of = cache(imported_by)


@every_function
def test_function_stays_within_its_budget(function: str) -> None:
    allowed = budget()[function]
    measured = len(modules_of(function))
    assert measured <= allowed * HEADROOM, (
        "if it must be, write a new budget: python -m tests.architecture.import_budget"
    )
    assert measured >= allowed * 0.8, f"{measured} modules now: the budget can be lowered"


@every_function
def test_function_imports_no_tools(function: str) -> None:
    found = [name for name in modules_of(function) if name.split(".")[0] in NEVER]
    assert found == []


def test_every_function_has_a_budget() -> None:
    assert set(budget()) == set(FUNCTIONS)


def test_report_is_written() -> None:
    """``build/reports/modules_per_function.json``: for whoever wants to see where a cold start goes."""
    report = ROOT / "build/reports/modules_per_function.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    written = {name: {"modules": len(modules_of(name)), "budget": budget().get(name)} for name in FUNCTIONS}
    report.write_text(json.dumps(written, indent=2) + "\n")
    assert set(json.loads(report.read_text())) == set(FUNCTIONS)
