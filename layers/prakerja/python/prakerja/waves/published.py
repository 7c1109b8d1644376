"""The published folder of a draw: what anybody needs to repeat it, as exact bytes. Storing them is not done here.

=========================  ========================================================  ===========
rules.json                 seats, strata, reserves, family cap, beacon               before root.json
joins.json                 roots of the joins while the wave was open, and after     hourly, last at the close
roster/00000.jsonl[.gz] …  the screened roster in shards, each sorted                after screening
root.json                  root of the roster, hash of the rules, beacon round       after screening
beacon.json                the round as the beacon signed it                         when it has spoken
results/00000.jsonl[.gz] … the outcome of every application, in shards               after the draw
summary.json               seed, counts, odds                                        after the draw
manifest.json              size and SHA-256 of each of these files                   last
=========================  ========================================================  ===========

The SHA-256 of ``root.json`` is the *commitment*: it fixes everything that matters before the beacon speaks.
``docs/draw.md`` gives the formats; ``verify.py`` reads them with code of its own.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from prakerja.platform.clock import from_text, to_text

from . import merkle
from .answers import BeaconChain, BeaconRound
from .draw import Outcome, Result, RosterRow, Rules, Selection, Stratum, Tally, join_leaf
from .model import JoinsRoot

RULES, JOINS, ROOT, BEACON = "rules.json", "joins.json", "root.json", "beacon.json"
SUMMARY, MANIFEST = "summary.json", "manifest.json"

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CODE = "[A-Z][A-Z0-9_]{0,39}"
_ROW = re.compile(  # short regions and hexadecimal pseudonyms: no NIK or family card number fits anywhere
    rf'{{"application_id":"({_UUID})","eligible":(true|false),"family":"([0-9a-f]{{32}})",'
    rf'"family_seats_left":([0-9]),"reason":(?:null|"({_CODE})"),'
    rf'"region":"([A-Z0-9._-]{{1,12}})","stratum":(?:null|"({_CODE})")}}'
)
_OUTCOME = re.compile(
    rf'{{"application_id":"({_UUID})","outcome":"([A-Z_]+)","pool":(?:null|"({_CODE})"),'
    rf'"rank":(?:null|([1-9][0-9]*)),"reason":(?:null|"([A-Z0-9_:]+)")}}'
)
_KEY_BYTES = len('{"application_id":"') + 36  # rows sort by application because they begin with it


class NotPublishable(ValueError):
    """A row or file does not have the published form."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is published before the beacon speaks. ``root``: 32 bytes, over ``rows`` rows of the roster."""

    wave_id: str
    rows: int
    root: bytes
    published_at: datetime
    beacon_round: int
    rules_sha256: str
    joins_sha256: str


def shard_name(folder: str, number: int, *, compressed: bool = True) -> str:
    """Return the name of a shard of ``roster`` or ``results``, such as ``roster/00007.jsonl.gz``."""
    return f"{folder}/{number:05d}.jsonl{'.gz' if compressed else ''}"


def shard_file(name: str, lines: Iterable[bytes]) -> bytes:
    """Return the content of a shard: its lines sorted by application, each ended by a line feed."""
    data = b"".join(line + b"\n" for line in sorted(lines))
    return gzip.compress(data, mtime=0) if name.endswith(".gz") else data


def shard_lines(name: str, data: bytes) -> list[bytes]:
    """Return the lines of a shard, without their line feeds."""
    return (gzip.decompress(data) if name.endswith(".gz") else data).split(b"\n")[:-1]


def read_lines(name: str, data: bytes) -> Iterator[bytes]:
    """The same, one at a time: a shard that is read beside all others must not lie open in memory."""
    file = io.BytesIO(data)
    with io.BufferedReader(gzip.GzipFile(fileobj=file)) if name.endswith(".gz") else file as lines:
        for line in lines:
            yield line[:-1]


def row_line(row: RosterRow) -> bytes:
    """Return a row of the roster as published. Raises NotPublishable when a field has not the form for it."""
    line = (
        f'{{"application_id":"{row.application_id}","eligible":{"true" if row.reason is None else "false"},'
        f'"family":"{row.family}","family_seats_left":{row.family_seats_left},"reason":{_text(row.reason)},'
        f'"region":"{row.region}","stratum":{_text(row.stratum)}}}'
    )
    if not _ROW.fullmatch(line):
        raise NotPublishable(f"row of application {row.application_id!r}")
    return line.encode()


def row_of(line: bytes) -> RosterRow:
    """Read a row of the roster. Raises NotPublishable when it is not exactly what ``row_line`` writes."""
    found = _ROW.fullmatch(line.decode("ascii", "replace"))
    if not found:
        raise NotPublishable(f"row {line[:60]!r}")
    application_id, eligible, family, seats, reason, region, stratum = found.groups()
    if (eligible == "true") != (reason is None):
        raise NotPublishable(f"row of application {application_id}: eligible and reason contradict each other")
    return RosterRow(application_id, family, int(seats), region, stratum, reason)


def outcome_line(application_id: str, outcome: Outcome) -> bytes:
    """Return the outcome of an application as published."""
    rank = "null" if outcome.rank is None else outcome.rank
    return (
        f'{{"application_id":"{application_id}","outcome":"{outcome.result}","pool":{_text(outcome.pool)},'
        f'"rank":{rank},"reason":{_text(outcome.reason)}}}'
    ).encode()


def outcome_from(line: bytes) -> tuple[str, Outcome]:
    """Read a published outcome: the application id and what the draw decided. Raises NotPublishable."""
    found = _OUTCOME.fullmatch(line.decode("ascii", "replace"))
    if not found:
        raise NotPublishable(f"outcome {line[:60]!r}")
    application_id, result, pool, rank, reason = found.groups()
    return application_id, Outcome(Result(result), pool, None if rank is None else int(rank), reason)


def roster_root(shards: Iterable[Iterable[bytes]]) -> bytes:
    """Return the root over the rows of all shards (sorted lines). Raises NotInOrder for an application twice."""
    return merkle.root(merkle.in_order(shards, _KEY_BYTES))


def joins_root(wave_id: str, shards: Iterable[Iterable[str]]) -> bytes:
    """Return the root over the joins of a wave; each shard is the sorted application ids of its joins."""
    return merkle.root(merkle.in_order((join_leaf(wave_id, join) for join in shard) for shard in shards))


def rules_file(rules: Rules) -> bytes:
    """Return rules.json."""
    return _document(
        {
            "beacon": {
                "genesis_at": to_text(rules.chain.genesis_at),
                "genesis_seed": rules.chain.genesis_seed.hex(),
                "period_seconds": rules.chain.period // timedelta(seconds=1),
                "public_key": rules.chain.public_key.hex(),
                "wait_seconds": rules.beacon_wait // timedelta(seconds=1),
            },
            "family_cap": rules.family_cap,
            "quota": rules.quota,
            "reserves": rules.reserves,
            "strata": [{"code": stratum.code, "quota": stratum.quota} for stratum in rules.strata],
            "version": 1,
            "wave_id": rules.wave_id,
        }
    )


def rules_from(data: bytes) -> Rules:
    """Read rules.json."""
    found = json.loads(data)
    beacon = found["beacon"]
    chain = BeaconChain(
        public_key=bytes.fromhex(beacon["public_key"]),
        genesis_at=from_text(beacon["genesis_at"]),
        period=timedelta(seconds=beacon["period_seconds"]),
        genesis_seed=bytes.fromhex(beacon["genesis_seed"]),
    )
    strata = tuple(Stratum(stratum["code"], stratum["quota"]) for stratum in found["strata"])
    wait = timedelta(seconds=beacon["wait_seconds"])
    return Rules(found["wave_id"], found["quota"], found["reserves"], chain, wait, strata, found["family_cap"])


def joins_file(wave_id: str, roots: Sequence[JoinsRoot]) -> bytes:
    """Return joins.json. The last root is taken after the close and covers every join."""
    entries = [{"count": r.count, "root": r.root.hex(), "taken_at": to_text(r.taken_at)} for r in roots]
    return _document({"roots": entries, "version": 1, "wave_id": wave_id})


def root_file(commitment: Commitment) -> bytes:
    """Return root.json. Its SHA-256 is what to print in a newspaper."""
    return _document(
        {
            "beacon_round": commitment.beacon_round,
            "joins_sha256": commitment.joins_sha256,
            "published_at": to_text(commitment.published_at),
            "root": commitment.root.hex(),
            "rows": commitment.rows,
            "rules_sha256": commitment.rules_sha256,
            "version": 1,
            "wave_id": commitment.wave_id,
        }
    )


def commit(rules: Rules, joins: bytes, rows: int, root: bytes, published_at: datetime) -> Commitment:
    """Return the commitment to a screened roster, with the beacon round that will decide. ``joins``: joins.json."""
    number = rules.chain.round_at(published_at + rules.beacon_wait)
    digest, joins_digest = sha256(rules_file(rules)).hexdigest(), sha256(joins).hexdigest()
    return Commitment(rules.wave_id, rows, root, published_at, number, digest, joins_digest)


def commitment_from(data: bytes) -> Commitment:
    """Read root.json."""
    found = json.loads(data)
    return Commitment(
        wave_id=found["wave_id"],
        rows=found["rows"],
        root=bytes.fromhex(found["root"]),
        published_at=from_text(found["published_at"]),
        beacon_round=found["beacon_round"],
        rules_sha256=found["rules_sha256"],
        joins_sha256=found["joins_sha256"],
    )


def beacon_file(chain: BeaconChain, output: BeaconRound) -> bytes:
    """Return beacon.json: everything that an outsider needs to verify the round again."""
    return _document(
        {
            "previous_signature": output.previous_signature.hex(),
            "public_key": chain.public_key.hex(),
            "randomness": output.randomness.hex(),
            "round": output.number,
            "signature": output.signature.hex(),
            "version": 1,
        }
    )


def summary_file(rules: Rules, seed: bytes, tally: Tally, selection: Selection) -> bytes:
    """Return summary.json. The odds of a group are two whole numbers: so many selected of so many who competed."""
    competing = tally.competing.total()
    selected = sum(pool.selected for pool in selection.pools)
    groups: list[str | None] = [None, *(stratum.code for stratum in rules.strata)]
    odds = [
        {"competing": tally.competing[number], "selected": selection.selected_of[number], "stratum": code}
        for number, code in enumerate(groups)
    ]
    return _document(
        {
            "applications": tally.applications,
            "competing": competing,
            "family_capped": tally.no_family_seat + selection.family_capped,
            "ineligible": dict(tally.ineligible),
            "odds": odds,
            "pools": [{"pool": p.pool, "seats": p.seats, "selected": p.selected} for p in selection.pools],
            "quota_reached": competing - selected - selection.reserves - selection.family_capped,
            "reserves": selection.reserves,
            "seed": seed.hex(),
            "selected": selected,
            "version": 1,
            "wave_id": rules.wave_id,
        }
    )


def manifest_file(wave_id: str, files: Mapping[str, tuple[int, str]]) -> bytes:
    """Return manifest.json from the size in bytes and SHA-256 (hex) of every other file of the folder."""
    entries = [{"bytes": size, "name": name, "sha256": digest} for name, (size, digest) in sorted(files.items())]
    return _document({"files": entries, "version": 1, "wave_id": wave_id})


def _text(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def _document(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
