"""How fast a draw is: ``PYTHONPATH=layers/prakerja/python python benchmarks/draw.py [APPLICATIONS] [--verify]``.

The draw reads packed shards from the disk, gives out tickets, sorts each shard, writes it, and merges the shards until
every seat is taken, as the functions do with objects in S3, but in one process and one after the other. Seconds are
those of the processor, and stand beside those of as many bare SHA-256 calls in the same run: only this ratio can be
compared between machines. ``--verify`` also publishes the whole folder, computes its roots and runs the verifier.
"""

from __future__ import annotations

import argparse
import gzip
import io
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256, shake_256
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prakerja.waves import draw, published, verify
from prakerja.waves.answers import BeaconChain, BeaconRound
from prakerja.waves.draw import RosterRow, Rules, Selection, Stratum, Tally
from prakerja.waves.model import JoinsRoot

SHARDS = 64
RECORD = 66  # bytes of a candidate
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
GENESIS = datetime(2026, 1, 1, tzinfo=UTC)
CHAIN = BeaconChain(KEY.public_key().public_bytes_raw(), GENESIS, timedelta(seconds=30), bytes(32))


class SortedShard:
    """A shard of candidates on the disk, read in blocks, as often as the draw asks."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while block := file.read(RECORD * 4096):
                yield from draw.Candidates(block)


def rows(count: int, shard: int) -> list[RosterRow]:
    """Invented applications of one shard: 1.7 people a family, 2 % in a stratum, 1 in 5 not eligible."""
    size = count // SHARDS + (shard < count % SHARDS)
    noise = shake_256(b"shard %d" % shard).digest(size * 24)
    made = []
    for at in range(0, len(noise), 24):
        number = int.from_bytes(noise[at + 16 : at + 24])
        family = number % (count * 3 // 5 + 1)
        made.append(
            RosterRow(
                application_id=str(UUID(bytes=noise[at : at + 16])),
                family=family.to_bytes(16).hex(),
                family_seats_left=1 if family % 10 == 0 else 2,
                region=f"{1100 + number % 8000}",
                stratum="MIGRANT" if number >> 32 & 0xFF < 5 else None,
                reason="STUDENT" if number >> 40 & 0xFF < 51 else None,
            )
        )
    return sorted(made, key=lambda row: row.application_id)


class Report:
    """Prints each step with its time, speed and ratio to ``count`` bare SHA-256 calls."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.bare = self.began = 0.0
        self.start()
        for number in range(count):
            sha256(number.to_bytes(64)).digest()
        self.bare = self.step("bare SHA-256")

    def start(self) -> None:
        self.began = time.process_time()

    def step(self, name: str) -> float:
        seconds = time.process_time() - self.began
        self.line(name, seconds)
        self.start()
        return seconds

    def line(self, name: str, seconds: float) -> None:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        ratio = seconds / (self.bare or seconds)
        speed = self.count / seconds
        print(f"{name:<22}{seconds:9.2f} s {speed:12,.0f} rows/s {ratio:7.2f} x bare   peak {memory} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a draw.")
    parser.add_argument("applications", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--verify", action="store_true", help="also publish, compute the root, and verify")
    options = parser.parse_args()
    count = options.applications
    quota = count * 8 // 100
    terms = Rules(
        "wave-71", quota, quota // 20, CHAIN, timedelta(hours=1), (Stratum("MIGRANT", quota // 16),), family_cap=2
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        tally = pack(terms, count, folder, publish=options.verify)
        report = Report(count)
        root, number = bytes(32), 1
        if options.verify:
            root = published.roster_root(read(folder, shard) for shard in range(SHARDS))
            report.step("root of the roster")
            number = commit(terms, count, root, folder)
            report.step("root of the joins")
        seed = draw.seed(terms.wave_id, root, beacon_round(number).randomness)
        for shard in range(SHARDS):
            (folder / f"{shard}.sorted").write_bytes(draw.score(seed, (folder / f"{shard}.packed").read_bytes()))
        scoring = report.step("tickets and sorting")
        selection = draw.select(terms, [SortedShard(folder / f"{shard}.sorted") for shard in range(SHARDS)])
        choosing = report.step("selection")
        report.line("draw, both together", scoring + choosing)
        print(*selection.pools, f"reserves={selection.reserves}", sep="\n")
        if options.verify:
            finish(terms, folder, seed, tally, selection)
            report.start()
            right = verify.verify(verify.Verifier(folder / "published"), sys.stdout.write)
            report.step("verifier")
            sys.exit(0 if right else 1)


def pack(terms: Rules, count: int, folder: Path, *, publish: bool) -> Tally:
    """Write what screening leaves: a packed shard for the draw, and the published one if asked. Not timed."""
    (folder / "published" / "roster").mkdir(parents=True)
    (folder / "published" / "results").mkdir()
    tally = Tally()
    for shard in range(SHARDS):
        roster = rows(count, shard)
        packed, counts = draw.entrants(terms, roster)
        tally += counts
        (folder / f"{shard}.packed").write_bytes(packed)
        if publish:
            name = published.shard_name("roster", shard)
            lines = [published.row_line(row) for row in roster]
            (folder / "published" / name).write_bytes(published.shard_file(name, lines))
    return tally


def read(folder: Path, shard: int) -> Iterator[bytes]:
    """The lines of a published roster shard, read as a stream."""
    name = folder / "published" / published.shard_name("roster", shard)
    with gzip.open(name) as file, io.BufferedReader(file) as lines:
        for line in lines:
            yield line[:-1]


def commit(terms: Rules, count: int, root: bytes, folder: Path) -> int:
    """Compute the root of the joins, write rules.json, joins.json and root.json, and return the beacon's round."""
    joins = [(line[19:55].decode() for line in read(folder, shard)) for shard in range(SHARDS)]
    last = JoinsRoot(GENESIS, count, published.joins_root(terms.wave_id, joins))
    joins_file = published.joins_file(terms.wave_id, [last])
    commitment = published.commit(terms, joins_file, count, root, GENESIS)
    for name, data in (
        (published.RULES, published.rules_file(terms)),
        (published.JOINS, joins_file),
        (published.ROOT, published.root_file(commitment)),
    ):
        (folder / "published" / name).write_bytes(data)
    return commitment.beacon_round


def beacon_round(number: int) -> BeaconRound:
    """A round of an invented beacon; the verifier checks one link of the chain only."""
    previous = bytes(32 if number == 1 else 64)
    signature = KEY.sign(sha256(previous + number.to_bytes(8)).digest())
    return BeaconRound(number, sha256(signature).digest(), signature, previous)


def finish(terms: Rules, folder: Path, seed: bytes, tally: Tally, selection: Selection) -> None:
    """Write the results, the summary and the manifest. Not timed."""
    place = folder / "published"
    for shard in range(SHARDS):
        name = published.shard_name("results", shard)
        roster = map(published.row_of, read(folder, shard))
        lines = [published.outcome_line(row.application_id, draw.outcome_of(row, selection)) for row in roster]
        (place / name).write_bytes(published.shard_file(name, lines))
    number = published.commitment_from((place / published.ROOT).read_bytes()).beacon_round
    (place / published.BEACON).write_bytes(published.beacon_file(CHAIN, beacon_round(number)))
    (place / published.SUMMARY).write_bytes(published.summary_file(terms, seed, tally, selection))
    listed = {}
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        data = path.read_bytes()
        listed[path.relative_to(place).as_posix()] = (len(data), sha256(data).hexdigest())
    (place / published.MANIFEST).write_bytes(published.manifest_file(terms.wave_id, listed))


if __name__ == "__main__":
    main()
