"""What looking at a redeem code and redeeming it take, against a function that does nothing: ``make bench``.

All three are invoked on one local cloud of its own, in turns, so that whatever else the machine does falls on all alike.
Seconds are this machine's; only the ratios can be compared between machines, and between two versions of the code.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from prakerja.partners import KeyRing, PartnerKind, register_partner
from prakerja.partners.signature import sign
from prakerja.platform import Platform
from prakerja.platform.clock import SystemClock
from prakerja.platform.ids import RandomIds
from prakerja.platform.settings import Settings
from prakerja.platform.table import Table
from prakerja.training.model.testing import CASES, trial_code
from prakerja.training.store.purchase import new_code
from sandbox.cloud.config import CloudConfig, client
from sandbox.cloud.deploy import deploy
from sandbox.cloud.process import free_ports, start_cloud, warm_functions

ROOT = Path(__file__).parents[1]
PREFIX, EMPTY = "prakerja-local-", "bench-empty"
INSTITUTION = "lp_bench"
STATUS, COMMIT = (f"/api/v1/integration/payment/redeem-code/{name}" for name in ("status", "commit"))
SOURCE = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n"


@contextmanager
def a_cloud() -> Iterator[CloudConfig]:
    """The whole system, deployed on free ports, and an empty function beside it; gone afterwards."""
    port, front_port, world_port = free_ports(3)
    with tempfile.TemporaryDirectory() as folder:
        config, assembly = CloudConfig(port, front_port, Path(folder, "cloud")), Path(folder, "assembly")
        ports = {"WORLD_PORT": str(world_port), "CLOUD_PORT": str(port), "PORT": str(front_port)}
        subprocess.run(
            [sys.executable, "-m", "infra.app", "--stage", "local", "--out", str(assembly)],
            cwd=ROOT, env={**os.environ, **ports}, check=True, capture_output=True,
        )  # fmt: skip
        program = start_cloud(config)
        try:
            deploy(assembly, config.endpoint)
            add_empty(config)
            warm_functions(config)
            yield config
        finally:
            program.stop()


def add_empty(config: CloudConfig) -> None:
    """A function with the same runtime and role that answers at once."""
    functions = client("lambda", config.endpoint)
    like = functions.get_function_configuration(FunctionName=PREFIX + "partner_api")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("empty.py", SOURCE)
    functions.create_function(
        FunctionName=EMPTY,
        Runtime=like["Runtime"],
        Role=like["Role"],
        Handler="empty.handler",
        Code={"ZipFile": code.getvalue()},
    )


def system(config: CloudConfig) -> tuple[Platform, KeyRing]:
    """The tables as the partner API has them, and what it seals keys with."""
    found = client("lambda", config.endpoint).get_function_configuration(FunctionName=PREFIX + "partner_api")
    settings = Settings.from_environment(found["Environment"]["Variables"])
    names: Any = {name: getattr(settings, f"table_{name}") for name in ("people", "programme", "evidence")}
    clock = SystemClock(0)
    secrets = client("secretsmanager", config.endpoint)
    ring = KeyRing.of(secrets.get_secret_value(SecretId=settings.partner_secret)["SecretString"])
    return Platform(Table(client("dynamodb", config.endpoint), names, clock), clock, RandomIds(), settings), ring


def plant_codes(p: Platform, count: int) -> list[str]:
    """Redeem codes that nobody has used."""
    codes = [f"PRAT-{p.ids.code(10)}" for _ in range(count)]
    now = p.clock.programme()
    for code in codes:
        trial = trial_code(CASES[0], code, institution=INSTITUTION, institution_name="Bench", now=now)
        p.table.commit(new_code(trial))
    return codes


def request(path: str, sign_key: str, redeem_code: str) -> dict[str, Any]:
    """The event of a signed request."""
    body, stamp = json.dumps({"redeem_code": redeem_code}, separators=(",", ":")), str(int(time.time()))
    signature = sign(sign_key.encode(), INSTITUTION, stamp, "POST", path, body)
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"client_code": INSTITUTION, "timestamp": stamp, "signature": signature},
        "requestContext": {"requestId": "bench", "http": {"method": "POST", "path": path}},
        "body": body,
        "isBase64Encoded": False,
    }


def main() -> int:
    """Print a line for each; status 1 if an answer is not 200."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    with a_cloud() as config:
        functions = client("lambda", config.endpoint)
        p, ring = system(config)
        sign_key = register_partner(
            p, ring, client_code=INSTITUTION, name="Bench", kind=PartnerKind.INSTITUTION, valid_from=date(2020, 1, 1)
        )
        codes = plant_codes(p, rounds + 1)
        works: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
            "an empty function": lambda code: (EMPTY, {}),
            "redeem-code/status": lambda code: (PREFIX + "partner_api", request(STATUS, sign_key, code)),
            "redeem-code/commit": lambda code: (PREFIX + "partner_api", request(COMMIT, sign_key, code)),
        }
        taken: dict[str, list[float]] = {name: [] for name in works}
        for number, code in enumerate(codes):  # the first round warms up, and notes that the key is in use
            for name, work in works.items():
                function, event = work(code)
                began = time.perf_counter()
                done = functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())
                answer = json.loads(done["Payload"].read())
                if number:
                    taken[name].append(time.perf_counter() - began)
                if answer.get("statusCode") != 200:
                    print(f"{name}: {answer}")
                    return 1
    least = median(taken["an empty function"])
    for name, seconds in taken.items():
        high = quantiles(seconds, n=20)[-1]
        print(
            f"{name:22}{median(seconds) * 1000:8.1f} ms median {high * 1000:8.1f} ms p95   ×{median(seconds) / least:.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
