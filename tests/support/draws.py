"""Rosters, a beacon and whole published folders for the tests of the draw. Deterministic: no clock, no chance."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prakerja.waves import draw, published, verify
from prakerja.waves.answers import BeaconChain, BeaconRound
from prakerja.waves.draw import Outcome, RosterRow, Rules, Selection, Stratum, Tally
from prakerja.waves.model import JoinsRoot

GENESIS = datetime(2026, 11, 24, tzinfo=UTC)
PUBLISHED_AT = GENESIS + timedelta(minutes=3, microseconds=1)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CHAIN = BeaconChain(KEY.public_key().public_bytes_raw(), GENESIS, timedelta(seconds=30), sha256(b"genesis").digest())


@cache
def beacon_round(number: int) -> BeaconRound:
    """Round ``number`` of the test beacon."""
    previous = CHAIN.genesis_seed if number == 1 else beacon_round(number - 1).signature
    signature = KEY.sign(sha256(previous + number.to_bytes(8, "big")).digest())
    return BeaconRound(number, sha256(signature).digest(), signature, previous)


def rules(quota: int, reserves: int = 0, family_cap: int = 2, **strata: int) -> Rules:
    """Rules of the wave ``wave-71`` with strata in the order given."""
    groups = tuple(Stratum(code, seats) for code, seats in strata.items())
    return Rules("wave-71", quota, reserves, CHAIN, timedelta(seconds=60), groups, family_cap)


def row(
    number: int, family: int | None = None, seats: int = 2, stratum: str | None = None, reason: str | None = None
) -> RosterRow:
    """The roster row of applicant ``number``, alone in a family unless told otherwise."""
    application = str(UUID(bytes=sha256(b"application %d" % number).digest()[:16]))
    pseudonym = sha256(b"family %d" % (number if family is None else family)).hexdigest()[:32]
    return RosterRow(application, pseudonym, seats, f"{31 + number % 60}", stratum, reason)


def sharded(rows: Sequence[RosterRow], count: int) -> list[list[RosterRow]]:
    """Spread rows over ``count`` shards, as they come."""
    return [list(rows[at::count]) for at in range(count)]


def run(rules: Rules, shards: Sequence[Sequence[RosterRow]], seed: bytes) -> tuple[Selection, Tally]:
    """Draw in memory."""
    tally = Tally()
    scored = []
    for shard in shards:
        packed, counts = draw.entrants(rules, shard)
        tally += counts
        scored.append(draw.Candidates(draw.score(seed, packed)))
    return draw.select(rules, scored), tally


def outcomes(rules: Rules, rows: Sequence[RosterRow], seed: bytes = bytes(32), shards: int = 1) -> dict[str, Outcome]:
    """Draw in memory and return everybody's outcome by application id."""
    selection, _ = run(rules, sharded(rows, shards), seed)
    return {row.application_id: draw.outcome_of(row, selection) for row in rows}


def by_ticket(rows: Sequence[RosterRow], seed: bytes = bytes(32)) -> list[RosterRow]:
    """Rows in the order of their tickets, which are computed here from the description, not from the code."""

    def ticket(row: RosterRow) -> bytes:
        fields = (b"prakerja/draw/ticket/v1", seed, UUID(row.application_id).bytes)
        return sha256(b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()

    return sorted(rows, key=ticket)


def folder(
    rules: Rules,
    rows: Sequence[RosterRow],
    shards: int = 2,
    *,
    compressed: bool = False,
    published_at: datetime = PUBLISHED_AT,
) -> dict[str, bytes]:
    """The whole published folder of a draw: name of each file to its content."""
    parts = sharded(rows, shards)
    files = {published.RULES: published.rules_file(rules)}
    lines = [sorted(published.row_line(row) for row in part) for part in parts]
    for number, listed in enumerate(lines):
        name = published.shard_name("roster", number, compressed=compressed)
        files[name] = published.shard_file(name, listed)
    joins = published.joins_root(rules.wave_id, [sorted(row.application_id for row in part) for part in parts])
    early = JoinsRoot(GENESIS, 0, published.joins_root(rules.wave_id, []))
    late = JoinsRoot(GENESIS + timedelta(minutes=2), len(rows), joins)
    files[published.JOINS] = published.joins_file(rules.wave_id, [early, late])
    root = published.roster_root(lines)
    commitment = published.commit(rules, files[published.JOINS], len(rows), root, published_at)
    files[published.ROOT] = published.root_file(commitment)

    beacon = beacon_round(commitment.beacon_round)
    files[published.BEACON] = published.beacon_file(rules.chain, beacon)
    seed = draw.seed(rules.wave_id, root, beacon.randomness)
    selection, tally = run(rules, parts, seed)
    for number, part in enumerate(parts):
        name = published.shard_name("results", number, compressed=compressed)
        results = [published.outcome_line(row.application_id, draw.outcome_of(row, selection)) for row in part]
        files[name] = published.shard_file(name, results)
    files[published.SUMMARY] = published.summary_file(rules, seed, tally, selection)
    return with_manifest(files)


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files with a manifest that fits them, whatever was done to them."""
    listed = {name: (len(data), sha256(data).hexdigest()) for name, data in files.items() if name != published.MANIFEST}
    return {**files, published.MANIFEST: published.manifest_file("wave-71", listed)}


def verdict(files: Mapping[str, bytes], **pins: str) -> tuple[bool, str]:
    """What the verifier says about a folder: whether it is right, and everything it printed."""
    said: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        right = verify.verify(verify.Verifier(write(files, Path(place)), **pins), said.append)
    return right, "".join(said)


def differing(text: str) -> list[str]:
    """The checks that differ, in what the verifier printed."""
    return [line.split()[0] for line in text.splitlines() if line.split()[1] == "DIFFERS"]


def write(files: Mapping[str, bytes], path: Path) -> Path:
    """Put a folder on the disk."""
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path
