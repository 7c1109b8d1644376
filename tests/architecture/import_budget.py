"""How many modules each function imports before its first event: what a cold start pays for.

``python -m tests.architecture.import_budget`` measures and writes the budget anew; do so only on purpose.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from infra.entry import EVERY_FUNCTION
from tests.architecture.source import PACKAGE, ROOT

BUDGET = Path(__file__).with_name("import_budget.json")
HEADROOM = 1.05
NEVER = (
    "aws_xray_sdk", "moto", "pytest", "hypothesis", "docs", "infra", "sandbox", "tests",
)  # fmt: skip
PROGRAM = """
import sys
sys.modules["OpenSSL"] = None  # botocore takes it where there is one; a payment provider's SDK brings it to developers
before = set(sys.modules)
import functions.{name}.handler
assert getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None) is None, "a client was made while importing"
print(*sorted(set(sys.modules) - before))
"""


def function_names() -> list[str]:
    """Every function that has a handler."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))


def imported_by(function: str) -> list[str]:
    """The modules that a function's handler brings, in a Python that has imported nothing else.

    Raises RuntimeError if it does not import without settings of ours, or makes a client while importing.
    """
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=function)],
        env={**clean, **EVERY_FUNCTION, "PYTHONPATH": os.pathsep.join((str(ROOT), str(PACKAGE.parent))), "AWS_DEFAULT_REGION": "ap-southeast-3",
             "POWERTOOLS_SERVICE_NAME": function, "POWERTOOLS_METRICS_NAMESPACE": "Prakerja"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"functions.{function}.handler does not import:\n{done.stderr[-2000:]}")
    return done.stdout.split()


def budget() -> dict[str, int]:
    """Function → modules that it may import."""
    written: dict[str, int] = json.loads(BUDGET.read_text("utf-8"))
    return written


def main() -> None:
    """Measure every function and write the budget."""
    measured = {name: len(imported_by(name)) for name in function_names()}
    BUDGET.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
