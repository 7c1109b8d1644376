"""``docs/tour.md``, pasted into a terminal as it is written, on the system that ``make run`` left running.

A page of commands rots silently: a field is renamed, and every newcomer fails at the same step. So the page itself is run.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cloud.process import free_ports
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
    6: ('"attendance_status":0', '"completed":true', '"rating":5', '"state":"SCHEDULED"'),
    7: ('"state":"DECLARED","count":', '"kind":"PAYOUT_RUN"', '"state":"PAID"'),
    8: (
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


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What each block of the page printed."""
    folder = tmp_path_factory.mktemp("tour")
    front, world, cloud = free_ports(3)
    ports = {"PORT": str(front), "WORLD_PORT": str(world), "CLOUD_PORT": str(cloud)}
    options = {**ports, "LOCAL_DIR": str(folder / ".local"), "PEOPLE": "30", "STAY": "yes", "CI": "yes"}
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox.demo"],
        cwd=ROOT,
        env={**os.environ, **options},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            told = []
            for line in running.stdout:
                told.append(line)
                if STAYS_UP in line:
                    break
            assert running.poll() is None, "".join(told)
            script = "\n".join(f"echo '#### {number}'\n{block}" for number, block in enumerate(blocks()))
            done = subprocess.run(
                ["bash"], input=script, cwd=folder, capture_output=True, text=True, timeout=400, check=False
            )
            yield re.split(r"#### \d+\n", done.stdout)[1:]
        finally:
            running.send_signal(signal.SIGINT)
            assert running.wait(60) in (0, 130)


@pytest.mark.parametrize("number", STEPS)
def test_the_page_is_true(printed: list[str], number: int) -> None:
    missing = [words for words in STEPS[number] if words not in printed[number]]
    assert not missing, printed[number]
