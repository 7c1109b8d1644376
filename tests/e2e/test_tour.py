"""``docs/tour.md``, pasted into a terminal as it is written, on the system that ``make run`` left running.

A page of commands rots silently: a field is renamed, and every newcomer fails at the same step. So the page itself is run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prakerja.platform.clock import SystemClock, wib_date
from sandbox.cloud.process import free_ports
from sandbox.demo.api import Api
from sandbox.demo.office import Operator
from tests.support.effort import PROVE

ROOT = Path(__file__).parents[2]
STAYS_UP = "The system stays up"
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900), pytest.mark.skipif(not PROVE, reason="make prove")]

STEPS = {
    1: ('"phone_proven":true,"email_proven":true',),
    2: ('"status":"VERIFIED"',),
    3: ("wave-not-open", '"state":"JOINED"', "prakerja/join-receipt/v1"),
    4: ('"state":"DRAWN"', "second-person-needed", '"approved_by":"', '"state":"DECREED"', '"card_number":"'),
    5: ('"provider":"LINKAJA"', '"status":"SUCCESS"', '"redeem_code":"', '"reserved":750000'),
    6: ('"attendance_status":0', "page=1&state=", "page=999&state=", '"attendance_status":1'),
    7: (
        '"missing":["Hand in the skill',
        '"notes":"Rumusnya tepat."',
        '"rating":5',
        "was completed",
        '"state":"SCHEDULED"',
    ),
    8: ('"state":"DECLARED","count":', '"kind":"PAYOUT_RUN"', '"state":"PAID"', '"reference":"P', "paid it."),
    9: ('"state":"PROVISIONAL"', '"MATCHED":', '"kind":"DESTINATION_UNPROVEN"'),
    10: ("page=1&state=", '"attendance_status":1', '"attendance_status":0', '"agrees":false', '"part":"method"'),
    11: ("code=", "state=s-", '"dp_user_id":"u-', '"email":""', '"phone_number":""'),
    12: (
        "malformed-request",
        "invalid-input",
        "not-signed-in",
        "wave-closed",
        "purchase-unknown",
        "ERRTRX40031",
        "ERRSIG40101",
        "ERRTRX40020",
        "ERRTRX40016",
        "ERRTRX40013",
    ),
}
"""What the answers of each block hold."""


def blocks() -> list[str]:
    """The page's commands, block by block."""
    return re.findall(r"```bash\n(.*?)```", (ROOT / "docs/tour.md").read_text("utf-8"), re.DOTALL)


@dataclass(frozen=True)
class Running:
    """A system that ``make run`` left up: where it is, and the options that other commands need."""

    folder: Path
    environment: dict[str, str]

    def handout(self) -> Any:
        """``demo.json``."""
        return json.loads((self.folder / ".local/demo.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("tour")
    front, world, cloud = free_ports(3)
    ports = {"PORT": str(front), "WORLD_PORT": str(world), "CLOUD_PORT": str(cloud)}
    options = {**ports, "LOCAL_DIR": str(folder / ".local"), "PEOPLE": "30", "STAY": "yes", "CI": "yes", "DAYS": "1"}
    environment = {**os.environ, **options}
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox.demo"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            told = []
            for line in program.stdout:
                told.append(line)
                if STAYS_UP in line:
                    break
            assert program.poll() is None, "".join(told)
            yield Running(folder, environment)
        finally:
            program.send_signal(signal.SIGINT)
            assert program.wait(60) in (0, 130)


@pytest.fixture(scope="module")
def printed(running: Running) -> list[str]:
    """What each block of the page printed."""
    script = "\n".join(f"echo '#### {number}'\n{block}" for number, block in enumerate(blocks()))
    done = subprocess.run(
        ["bash"], input=script, cwd=running.folder, capture_output=True, text=True, timeout=400, check=False
    )
    return re.split(r"#### \d+\n", done.stdout)[1:]


@pytest.mark.parametrize("number", STEPS)
def test_the_page_is_true(printed: list[str], number: int) -> None:
    missing = [words for words in STEPS[number] if words not in printed[number]]
    assert not missing, printed[number]


def test_a_day_is_closed_when_it_is_over(running: Running, printed: list[str]) -> None:
    handout = running.handout()
    day = wib_date(SystemClock(handout["offset_seconds"]).programme())
    api = Api(handout["base_url"], threading.Event())
    officer = Operator(api, "ratna", handout["operators"][0]["token"])
    open_day = officer.ledger(day)
    subprocess.run(
        [sys.executable, "-m", "sandbox.demo", "travel"],
        cwd=ROOT, env=running.environment, check=True, capture_output=True,
    )  # fmt: skip
    give_up = time.monotonic() + 120
    while (closed := officer.ledger(day))["state"] != "CLOSED" and time.monotonic() < give_up:
        time.sleep(1)
    assert (open_day["state"], closed["state"]) == ("PROVISIONAL", "CLOSED")
    sums = ("transfers", "debits", "credits")
    assert [closed[name] for name in sums] == [open_day[name] for name in sums], "the transfers give what was shown"
    assert sum(closed["balances"].values()) == 0
    assert not [account for account in closed["balances"] if account.startswith("IN_FLIGHT")]
