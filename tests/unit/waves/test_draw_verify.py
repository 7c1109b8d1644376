"""The verifier accepts an honest folder and finds every forgery, also by somebody who rewrites the manifest."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from prakerja.gateways.randomness_beacon import signed_message
from prakerja.waves import verify
from prakerja.waves.draw import RosterRow
from tests.support.draws import CHAIN, beacon_round, differing, folder, row, rules, verdict, with_manifest, write

ROWS = [
    row(0), row(1, stratum="MIGRANT"), row(2, family=1), row(3, family=1), row(4, seats=0), row(5, reason="STUDENT"),
    *(row(number) for number in range(6, 30)),
]  # fmt: skip
RULES = rules(quota=8, reserves=2, MIGRANT=2)
HONEST = folder(RULES, ROWS)
COMMITMENT = sha256(HONEST["root.json"]).hexdigest()


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("shards", [1, 3])
def test_an_honest_folder_is_right(shards: int, compressed: bool) -> None:
    files = folder(RULES, ROWS, shards, compressed=compressed)
    right, text = verdict(files, commitment=COMMITMENT, beacon_key=CHAIN.public_key.hex())
    assert right, text
    assert text.count(" OK ") == 8
    assert text.endswith("The published result is right.\n")


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS[4:6]])
def test_small_and_empty_waves_are_right(rows: list[RosterRow]) -> None:
    right, text = verdict(folder(RULES, rows))
    assert right, text


def test_the_program_stands_alone(tmp_path: Path) -> None:
    """Copied elsewhere and started without any of our code on the path; ends with 0, 1 or 2."""
    source = Path(verify.__file__)
    roots = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}
    program = shutil.copy(source, tmp_path / "verify.py")
    good = write(HONEST, tmp_path / "good")
    bad = write({**HONEST, "summary.json": HONEST["summary.json"] + b" "}, tmp_path / "bad")
    for arguments, code, text in (
        ([good, "--commitment", COMMITMENT], 0, "The published result is right."),
        ([bad], 1, "The published result is NOT what the rules give."),
        ([tmp_path / "nothing"], 1, "NOT what the rules give."),
        ([], 2, ""),
    ):
        run = subprocess.run([sys.executable, "-I", program, *arguments], capture_output=True, text=True, check=False)
        assert run.returncode == code, run
        assert text in run.stdout
        assert "Traceback" not in run.stderr


def test_the_beacon_signs_what_the_gateway_says() -> None:
    """The verifier is written apart from the gateway: they must mean the same message."""
    number, previous = 9, beacon_round(8).signature
    assert signed_message(number, previous) == sha256(previous + number.to_bytes(8, "big")).digest()


def swapped(line: bytes, old: bytes, new: bytes) -> bytes:
    assert old in line, "the planted forgery does not apply"
    return line.replace(old, new, 1)


def edited(name: str, **changes: object) -> Callable[[], dict[str, bytes]]:
    """A document with other values, written properly."""

    def forge() -> dict[str, bytes]:
        content = json.dumps({**json.loads(HONEST[name]), **changes}, indent=2, sort_keys=True) + "\n"
        assert content.encode() != HONEST[name], "the planted forgery changes nothing"
        return {**HONEST, name: content.encode()}

    return forge


def in_shard(kind: str, old: bytes, new: bytes) -> Callable[[], dict[str, bytes]]:
    """The first shard of a kind that holds ``old``, with ``new`` instead."""

    def forge() -> dict[str, bytes]:
        name = next(n for n in sorted(HONEST) if n.startswith(kind) and old in HONEST[n])
        return {**HONEST, name: swapped(HONEST[name], old, new)}

    return forge


def without_a_row(kind: str) -> dict[str, bytes]:
    name = f"{kind}/00000.jsonl"
    return {**HONEST, name: HONEST[name].split(b"\n", 1)[1]}


def with_a_row_twice(kind: str) -> dict[str, bytes]:
    name = f"{kind}/00000.jsonl"
    return {**HONEST, name: HONEST[name].split(b"\n", 1)[0] + b"\n" + HONEST[name]}


def two_seats_exchanged() -> dict[str, bytes]:
    """The seat of one person given to another."""
    files = dict(HONEST)
    name, other = "results/00000.jsonl", "results/00001.jsonl"
    mine = next(line for line in files[name].splitlines() if b'"SELECTED","pool":"GENERAL"' in line)
    yours = next(line for line in files[other].splitlines() if b"QUOTA_REACHED" in line)
    files[name] = swapped(files[name], mine, mine[:56] + yours[56:])
    files[other] = swapped(files[other], yours, yours[:56] + mine[56:])
    return files


def without(*names: str) -> dict[str, bytes]:
    return {name: data for name, data in HONEST.items() if name not in names}


ROUND = json.loads(HONEST["root.json"])["beacon_round"]
FORGERIES: dict[str, tuple[str, Callable[[], dict[str, bytes]]]] = {
    "more seats": ("commitment", edited("rules.json", quota=9)),
    "fewer reserves": ("commitment", edited("rules.json", reserves=1)),
    "seats beyond the quota": ("rules", edited("rules.json", quota=1)),
    "a fraction of a seat": ("rules", edited("rules.json", quota=8.0)),
    "a hidden root of the joins": ("commitment", edited("joins.json", roots=[])),
    "another root": ("roster", edited("root.json", root="00" * 32)),
    "another count": ("roster", edited("root.json", rows=31)),
    "another round": ("beacon", edited("root.json", beacon_round=ROUND + 1)),
    "a round too early": ("beacon", edited("root.json", published_at="2026-11-24T00:09:00.000000Z")),
    "an older beacon": ("beacon", edited("beacon.json", round=ROUND - 1)),
    "false randomness": ("beacon", edited("beacon.json", randomness="00" * 32)),
    "a false signature": ("beacon", edited("beacon.json", signature=beacon_round(ROUND + 1).signature.hex())),
    "another chain": ("beacon", edited("beacon.json", previous_signature="00" * 64)),
    "another key": ("beacon", edited("beacon.json", public_key="00" * 32)),
    "somebody made eligible": ("roster", in_shard("roster", b'false,"family"', b'true,"family"')),
    "somebody excluded": ("roster", in_shard("roster", b':true,"family"', b':false,"family"')),
    "another region": ("roster", in_shard("roster", b'"region":"3', b'"region":"9')),
    "a family seat more": ("roster", in_shard("roster", b'left":0', b'left":1')),
    "a family seat less": ("roster", in_shard("roster", b'left":2', b'left":1')),
    "out of the stratum": ("roster", in_shard("roster", b'"stratum":"MIGRANT"', b'"stratum":null')),
    "an unknown stratum": ("roster", in_shard("roster", b'"stratum":"MIGRANT"', b'"stratum":"FRIENDS"')),
    "a row with a space": ("roster", in_shard("roster", b'"stratum":null', b'"stratum": null')),
    "a row less": ("roster", lambda: without_a_row("roster")),
    "a row twice": ("roster", lambda: with_a_row_twice("roster")),
    "an outcome less": ("results", lambda: without_a_row("results")),
    "an outcome twice": ("results", lambda: with_a_row_twice("results")),
    "a better rank": ("results", in_shard("results", b'"rank":2,', b'"rank":1,')),
    "a seat from nowhere": ("results", in_shard("results", b"NOT_SELECTED", b"SELECTED")),
    "another reason": ("results", in_shard("results", b"QUOTA_REACHED", b"FAMILY_CAP")),
    "two seats exchanged": ("results", two_seats_exchanged),
    "a seat less in the summary": ("summary", edited("summary.json", selected=7)),
    "another seed in the summary": ("summary", edited("summary.json", seed="00" * 32)),
    "more in the summary": ("summary", edited("summary.json", applause=1)),
    "no summary": ("files", lambda: without("summary.json")),
    "no roster shard": ("roster", lambda: without("roster/00001.jsonl")),
    "one file more": ("files", lambda: {**HONEST, "notes.txt": b"trust us"}),
    "not gzip": ("roster", lambda: {**HONEST, "roster/00002.jsonl.gz": b"\x1f\x8b nonsense"}),
    "not JSON": ("rules", lambda: {**HONEST, "rules.json": b"{"}),
    "not text": ("roster", lambda: {**HONEST, "roster/00002.jsonl": b"\xff\xfe\n"}),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_found_although_the_manifest_fits(name: str) -> None:
    where, forge = FORGERIES[name]
    right, text = verdict(with_manifest(forge()))
    assert not right
    assert where in differing(text), text


@pytest.mark.parametrize("name", [name for name in FORGERIES if name not in ("no summary", "no roster shard")])
def test_a_careless_forgery_is_found_by_the_manifest(name: str) -> None:
    right, text = verdict(FORGERIES[name][1]())
    assert not right
    assert "files" in differing(text)
