"""Die at any call of any command, repeat the command as its caller would: the same end, and nothing twice.

Every command of the path × every call that it makes (AWS and outside) × {die before, die after, answer lost, table busy}.
Each case runs in a copy of the world, and the whole world is compared with that of a run without trouble.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from prakerja.platform.problems import Problem, Reaction
from tests.support.chaos import Died, Fault, Mode, faults_of, in_a_copy, in_copies
from tests.support.scenarios import Step, prepare
from tests.support.scenarios_journey import JOURNEY, Walk, step_name, walking
from tests.support.scenarios_stage import Failed, Stage
from tests.support.scenarios_view import View, comparable, drawn_ids, view

pytestmark = pytest.mark.timeout(600)

REPORT = Path("build/reports/crash_matrix.json")


@dataclass(frozen=True)
class End:
    """How a command ended: the world, the answer, the calls it made."""

    view: View
    answer: str
    calls: list[str]


@dataclass(frozen=True)
class Struck:
    """The same with a fault; ``wrong`` says what must not be, whatever the end."""

    end: End
    wrong: str


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    yield from walking()


@pytest.fixture(scope="module")
def report() -> Iterator[list[dict[str, object]]]:
    """One row for each command × call × mode; written when all is done."""
    rows: list[dict[str, object]] = []
    yield rows
    by_mode = Counter(str(row["mode"]) for row in rows)
    commands = {str(row["command"]) for row in rows}
    summary = {
        "commands": len(commands),
        "cases": len(rows),
        "by_mode": by_mode,
        "failed": sum(not r["ok"] for r in rows),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({"summary": summary, "cases": rows}, indent=1))


@pytest.mark.parametrize("number", range(len(JOURNEY)), ids=step_name)
def test_a_command_ends_the_same_wherever_it_dies(number: int, walk: Walk, report: list[dict[str, object]]) -> None:
    rows, wrong = in_a_copy(partial(examine, walk.to(number), JOURNEY[number]))
    report += rows
    assert not wrong, "\n\n".join(wrong)
    assert rows, "a command that calls nothing cannot be tested here"


def examine(stage: Stage, step: Step) -> tuple[list[dict[str, object]], list[str]]:
    """All cases of one command: rows of the report, and what went wrong."""
    prepare(stage, step)
    stage.seam.calm()
    good = in_a_copy(partial(undisturbed, stage, step))
    faults = faults_of(good.calls)
    played = sorted(set(faults.values()))
    ends = in_copies([partial(strike, stage, step, fault) for fault in played])
    problems = {fault: problem(step, good, struck) for fault, struck in zip(played, ends, strict=True)}
    rows: list[dict[str, object]] = []
    for fault, standing_for in faults.items():
        call, ok = good.calls[fault.number], not problems[standing_for]
        rows.append({"command": step.command, "number": fault.number, "call": call, "mode": fault.mode, "ok": ok})
    wrong = [
        f"{step.command}, {fault.mode} call {fault.number} ({good.calls[fault.number]}):\n{found}"
        for fault, found in problems.items()
        if found
    ]
    return rows, wrong


def problem(step: Step, good: End, struck: Struck) -> str:
    """What is wrong with an end, in words; empty if nothing."""
    if struck.wrong:
        return struck.wrong
    if struck.end.answer != good.answer and step.refusal not in struck.end.answer:
        return f"answer: {good.answer} became {struck.end.answer}"
    return good.view.differences(
        struck.end.view,
        may_announce=step.may_announce,
        may_record=step.may_record,
        may_omit=step.may_omit,
    )


def undisturbed(stage: Stage, step: Step) -> End:
    """Run without trouble."""
    answer = step.run(stage)
    calls = stage.seam.calm()
    step.after(stage)
    return _end(stage, step, answer, calls)


def strike(stage: Stage, step: Step, fault: Fault) -> Struck:
    """Run with a fault, then repeat as the caller would, and let follow what follows by itself."""
    wrong = ""
    stage.seam.arm(fault)
    try:
        step.run(stage)
    except (Died, Failed) as trouble:
        if fault.mode is Mode.BUSY:
            wrong = f"a busy table is not retried: {trouble!r}"
    except Problem as problem:
        if problem.reaction is not Reaction.RETRY_LATER:
            wrong = f"the caller is told {problem!r}"
    if not stage.seam.struck:
        wrong = "the fault never happened"
    stage.seam.calm()
    written = drawn_ids(stage, step.ignores)
    stage.clock.now += step.wait
    answer = step.run(stage)
    step.after(stage)
    if forgotten := written - drawn_ids(stage):
        wrong = f"written by the first attempt and gone: {sorted(forgotten)}"
    return Struck(_end(stage, step, answer, []), wrong)


def _end(stage: Stage, step: Step, answer: object, calls: list[str]) -> End:
    timeless = bool(step.wait)
    seen = view(stage, ignores=step.ignores, timeless=timeless)
    return End(seen, comparable(stage, answer, timeless=timeless), calls)
