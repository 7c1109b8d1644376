"""Plant each bug in a copy of the tree and run the tests that must notice: red is what we want.

``python -m tests.prove`` takes all bugs, or those whose name contains one of the words given. Status 0 only if every
bug was noticed and the same tests are green without it. Report: build/reports/planted_bugs.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.prove.bug import Bug
from tests.prove.bugs import BUGS

ROOT = Path(__file__).parents[2]
REPORT = Path("build/reports/planted_bugs.json")
LEFT_OUT = shutil.ignore_patterns(
    ".*", "build", "cdk.out", "node_modules", "__pycache__", "benchmarks", "requirements", "*.egg-info"
)
AT_ONCE = 2
MINUTES = 10
GREEN, RED = 0, 1
"""pytest's status: all passed, some failed. Any other (no tests, bad usage, cannot be collected) proves nothing."""


class Unmatched(Exception):
    """The text that a bug replaces does not stand in its file exactly once: the bug must be written anew."""


@dataclass(frozen=True)
class Proof:
    """What became of a planted bug."""

    bug: str
    noticed: bool
    by: str
    seconds: float


def plant(bug: Bug, root: Path) -> None:
    """Change the source under ``root``. Raises Unmatched."""
    path = root / bug.path
    text = path.read_text("utf-8")
    if text.count(bug.before) != 1 or bug.before == bug.after:
        raise Unmatched(f"{bug.name}: found {text.count(bug.before)} times in {bug.path}")
    path.write_text(text.replace(bug.before, bug.after), "utf-8")


@contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    """All that the tests need, elsewhere."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        root = Path(folder) / "tree"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        yield root


def run_tests(root: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run pytest there until the first failure: its status, and the first test that failed (or its last words)."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "--no-header", *tests]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PROVE", "COV"))}
    ran = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=60 * MINUTES
    )
    lines = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    lines = lines or (ran.stdout + ran.stderr).strip().splitlines()[-1:]
    return ran.returncode, lines[0].partition(" - ")[0].removeprefix("FAILED ") if lines else ""


def prove(bug: Bug) -> Proof:
    """Plant it, and see who notices."""
    began = time.monotonic()
    with copy_of_the_tree() as root:
        plant(bug, root)
        status, who = run_tests(root, bug.tests)
    noticed = status == RED
    return Proof(bug.name, noticed, who if noticed else f"status {status}: {who}", round(time.monotonic() - began, 1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove the bugs whose names contain one of the words given (all, without any); answers the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.prove",
        description="Plant bugs in copies of the tree: the tests named with each must notice.",
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="only bugs whose name contains it; default: all")
    words = parser.parse_args(arguments).words
    chosen = [bug for bug in BUGS if not words or any(word in bug.name for word in words)]
    if not chosen:
        print("no such bug; there are:", *(bug.name for bug in BUGS), sep="\n  ")
        return 2
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sound = pool.submit(_without_bugs, chosen)
        proofs = []
        for proof in pool.map(prove, chosen):
            print(
                f"{'noticed' if proof.noticed else 'MISSED '}  {proof.seconds:6.1f} s  {proof.bug:<42} {proof.by}",
                flush=True,
            )
            proofs.append(proof)
        status, words_of_it = sound.result()
    missed = [proof.bug for proof in proofs if not proof.noticed]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    rows = {"bugs": [asdict(proof) for proof in proofs], "green without bugs": status == GREEN}
    REPORT.write_text(json.dumps(rows, indent=1))
    if status != GREEN:
        print(f"the tests are not green without any bug: {words_of_it}")
    print(f"{len(proofs) - len(missed)} of {len(proofs)} planted bugs were noticed")
    return 0 if not missed and status == GREEN else 1


def _without_bugs(bugs: Sequence[Bug]) -> tuple[int, str]:
    """The same tests on the tree as it is: only then red means something."""
    for tests in dict.fromkeys(bug.tests for bug in bugs):
        with copy_of_the_tree() as root:
            status, who = run_tests(root, tests)
        if status != GREEN:
            return status, who
    return GREEN, ""


if __name__ == "__main__":
    sys.exit(main())
