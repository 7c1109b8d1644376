"""How much dearer a cold start is than the least any function on DynamoDB pays: ``make bench``.

Each function is imported and makes its first DynamoDB client in a Python of its own, and so does a bare
``boto3.client("dynamodb")``. Seconds are those of the processor. Every round measures everything once, so that whatever
else the machine does falls on all alike; the ratio is the median of the rounds, and only it can be compared between
machines. Budgets: queue workers 1.7, functions of an HTTP API 2.0 times the bare client.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from infra.entry import EVERY_FUNCTION, Http
from infra.functions import FUNCTIONS

ROOT = Path(__file__).parents[1]
WORKER, API = 1.7, 2.0
BARE = 'import boto3; boto3.client("dynamodb")'
OURS = 'import functions.{name}.handler; from prakerja.wiring import client; client("dynamodb")'
PROGRAM = "{work}\nimport resource, sys; u = resource.getrusage(resource.RUSAGE_SELF); print(u.ru_utime + u.ru_stime, len(sys.modules))"


def measure(work: str) -> tuple[float, int]:
    """(processor seconds, modules) of a Python that does only this."""
    environment = {
        **EVERY_FUNCTION,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/prakerja/python'}",
        "AWS_DEFAULT_REGION": "ap-southeast-3",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Prakerja",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(work=work)],
        env=environment, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, modules = done.stdout.split()
    return float(seconds), int(modules)


def main() -> int:
    """Print a line per function; status 1 if one is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    works = {"nothing": "pass", "bare": BARE, **{entry.name: OURS.format(name=entry.name) for entry in FUNCTIONS}}
    for work in works.values():  # writes the byte code that everybody finds from then on
        measure(work)
    taken = [{name: measure(work) for name, work in works.items()} for _ in range(rounds)]

    def seconds(name: str) -> list[float]:
        return [one[name][0] - one["nothing"][0] for one in taken]

    print(f"{'bare boto3 client':22}{median(seconds('bare')):7.3f} s {taken[0]['bare'][1]:5} modules")
    over = False
    for entry in FUNCTIONS:
        ratio = median(ours / bare for ours, bare in zip(seconds(entry.name), seconds("bare"), strict=True))
        allowed = API if any(isinstance(trigger, Http) for trigger in entry.triggers) else WORKER
        over |= ratio > allowed
        mark = "  over budget" if ratio > allowed else ""
        modules = taken[0][entry.name][1]
        print(
            f"{entry.name:22}{median(seconds(entry.name)):7.3f} s {modules:5} modules  ×{ratio:.2f} of {allowed}{mark}"
        )
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
