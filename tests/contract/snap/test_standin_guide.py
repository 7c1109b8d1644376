"""The stand-in's page says what is true: its tables are the code's, its tour runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.world.book import machine_clock
from sandbox.world.snap import Engine, report
from sandbox.world.snap.menu import CATALOGUE, MENU, Numbered
from sandbox.world.snap.profiles import PROFILES, SERVICES, Profile
from sandbox.world.snap.settings import SETTINGS
from sandbox.world.snap.settlement import COLUMNS
from tests.contract.snap.standin import serving

PAGE = (Path(__file__).parents[3] / "docs" / "payment-stand-in.md").read_text()


def numbered_row(number: str, one: Numbered) -> str:
    variants = [
        f"`{variant['what']}`" + (f" {variant['code']}" if "code" in variant else "") for variant in one.variants
    ]
    return f"| {number} | {one.title} | {', '.join(variants)} | {one.by_itself} |"


def profile_row(one: Profile) -> str:
    waits = [f"after {one.inquiry_delay_seconds} s"] if one.inquiry_delay_seconds else []
    waits += [f"{one.inquiry_days} days"] if one.inquiry_days else []
    waits += [f"not {one.end_of_day}"] if one.end_of_day else []
    columns = (
        f"`{one.name}`",
        " ".join(sorted(one.services)),
        " ".join(f"`{path}`" for path in one.paths),
        " ".join(f"`{path}`" for path in one.token_paths) or "none",
        "2" if one.asymmetric else "1",
        f"{one.time_form} ({one.token_time_form})",
        str(one.reference_length),
        one.dedup + (f", {one.dedup_days} days" if one.dedup_days else ""),
        ", ".join(waits) or "at once",
        one.callback + (", below" if one.callback_below else ""),
    )
    return f"| {' | '.join(columns)} |"


def test_the_tables_are_whole() -> None:
    lines = PAGE.splitlines()
    missing = [row for one in PROFILES.values() if (row := profile_row(one)) not in lines]
    missing += [row for number, one in CATALOGUE.items() if (row := numbered_row(number, one)) not in lines]
    missing += [row for what, words in MENU.items() if (row := f"| `{what}` | {words} |") not in lines]
    assert not missing, "\n".join(missing)
    assert len(re.findall(r"^\| F\d\d \|", PAGE, re.MULTILINE)) == len(CATALOGUE)


def test_settings_services_and_columns_are_named() -> None:
    assert all(f"`{name}`" in PAGE for name in SETTINGS)
    assert all(f"`{path}` ({code})" in PAGE for path, code in SERVICES.items())
    assert f"`{','.join(COLUMNS)}`" in PAGE


@pytest.mark.real_time
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="the tour needs curl and openssl")
def test_the_tour_runs() -> None:
    engine = Engine(":memory:", machine_clock)
    script = "set -e\n" + "\n".join(re.findall(r"```sh tour\n(.*?)```", PAGE, re.DOTALL))
    with serving(engine) as address:
        done = subprocess.run(
            ["sh", "-c", script],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "S": address},
            check=False,
        )
    assert done.returncode == 0, done.stderr
    codes = re.findall(r'"responseCode": ?"(\d{7})"', done.stdout)
    assert codes == ["2003800", "4093801", "2003900", "2023800", "2003900"]
    assert re.findall(r'"latestTransactionStatus": ?"(\d\d)"', done.stdout)[:2] == ["00", "06"]
    assert "no answer" in done.stdout
    assert {reference: one.kept for reference, one in report.net(engine, "linkaja").items()} == {"REF1": 1, "REF2": 1}
    header = ",".join(COLUMNS)
    file = done.stdout[done.stdout.index(header) :]
    assert ",REF2,PAYOUT," in file
    assert ",REF1,PAYOUT," not in file
