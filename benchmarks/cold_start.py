"""How much dearer a cold start is than the least any function on DynamoDB pays: ``make bench``.

Each function is imported and makes its first DynamoDB client in a Python of its own, and so does a bare
``boto3.client("dynamodb")``. Seconds are those of the processor, the least of several tries; only the ratio can be
compared between machines. Budgets: queue workers 1.7, functions of an HTTP API 2.0 times the bare client.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from infra.entry import EVERY_FUNCTION, Http
from infra.functions import FUNCTIONS

ROOT = Path(__file__).parents[1]
WORKER, API = 1.7, 2.0
BARE = 'import boto3; boto3.client("dynamodb")'
OURS = 'import functions.{name}.handler; from prakerja.wiring import client; client("dynamodb")'
PROGRAM = "{work}\nimport resource, sys; u = resource.getrusage(resource.RUSAGE_SELF); print(u.ru_utime + u.ru_stime, len(sys.modules))"


def measure(work: str, tries: int) -> tuple[float, int]:
    """(processor seconds, modules) of a Python that does only this."""
    environment = {
        **EVERY_FUNCTION,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/prakerja/python'}",
        "AWS_DEFAULT_REGION": "ap-southeast-3",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Prakerja",
    }
    found = []
    for _ in range(tries):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(work=work)],
            env=environment, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        seconds, modules = done.stdout.split()
        found.append((float(seconds), int(modules)))
    return min(found)


def main() -> int:
    """Print a line per function; status 1 if one is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=5)
    tries = parser.parse_args().tries
    nothing, _ = measure("pass", tries)
    bare, modules = measure(BARE, tries)
    print(f"{'bare boto3 client':22}{bare - nothing:7.3f} s {modules:5} modules")
    over = False
    for entry in FUNCTIONS:
        seconds, modules = measure(OURS.format(name=entry.name), tries)
        allowed = API if any(isinstance(trigger, Http) for trigger in entry.triggers) else WORKER
        ratio = (seconds - nothing) / (bare - nothing)
        over |= ratio > allowed
        mark = "  over budget" if ratio > allowed else ""
        print(f"{entry.name:22}{seconds - nothing:7.3f} s {modules:5} modules  ×{ratio:.2f} of {allowed}{mark}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
