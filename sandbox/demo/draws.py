"""Recomputing a published draw, as anybody can: the folder is downloaded and the stand-alone verifier is run on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import urllib3

from sandbox.demo import ROOT
from sandbox.demo.api import Api, NoAnswer
from sandbox.demo.files import Local

VERIFIER = ROOT / "layers/prakerja/python/prakerja/waves/verify.py"


@dataclass(frozen=True)
class Verdict:
    """What the verifier says. ``folder``: where the download lies."""

    right: bool
    report: str
    folder: Path

    @property
    def last_line(self) -> str:
        """Its conclusion."""
        return self.report.strip().splitlines()[-1] if self.report.strip() else ""


def check_draw(api: Api, local: Local, wave_id: str) -> Verdict:
    """Download the published folder of a wave and recompute it. Raises Refused (no such wave), NoAnswer (not drawn)."""
    files: dict[str, str] = api.call("GET", f"/v1/waves/{wave_id}/draw")["files"]
    if not files:
        raise NoAnswer(f"wave {wave_id} has not been drawn")
    folder = local.draws / wave_id
    shutil.rmtree(folder, ignore_errors=True)
    for name, address in files.items():
        answer = urllib3.request("GET", address, timeout=20.0, retries=3)
        if answer.status != 200:
            raise NoAnswer(f"{name} of the draw cannot be downloaded: {answer.status}")
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(answer.data)
    done = subprocess.run(
        [sys.executable, str(VERIFIER), str(folder)], capture_output=True, text=True, check=False, cwd=folder
    )
    return Verdict(done.returncode == 0, done.stdout + done.stderr, folder)
