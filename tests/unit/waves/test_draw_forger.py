"""A forger who knows the format: everything that depends on the forged part is made anew, up to the check that finds it."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prakerja.waves import merkle, published
from tests.support.draws import GENESIS, KEY, differing, folder, row, rules, verdict, with_manifest

ROWS = [
    row(0), row(1, stratum="MIGRANT"), row(2, family=1), row(3, family=1), row(4, seats=0), row(5, reason="STUDENT"),
    *(row(number) for number in range(6, 30)),
]  # fmt: skip
RULES = rules(quota=8, reserves=2, MIGRANT=2)
HONEST = folder(RULES, ROWS)
COMMITMENT = sha256(HONEST["root.json"]).hexdigest()
LAST_ROW = max(ROWS, key=lambda entry: entry.application_id).application_id.encode()


def document(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def rooted(files: dict[str, bytes], **root: object) -> dict[str, bytes]:
    """A root.json and a manifest that fit the other files."""
    shards = [data.splitlines() for name, data in files.items() if name.startswith("roster/")]
    lines = list(heapq.merge(*shards))
    fitting = {
        "joins_sha256": sha256(files["joins.json"]).hexdigest(),
        "root": merkle.root(lines).hex(),
        "rows": len(lines),
        "rules_sha256": sha256(files["rules.json"]).hexdigest(),
    }
    return with_manifest({**files, "root.json": document({**json.loads(files["root.json"]), **fitting, **root})})


def changed(name: str, **changes: object) -> dict[str, bytes]:
    return rooted({**HONEST, name: document({**json.loads(HONEST[name]), **changes})})


def row_changed(old: bytes, new: bytes) -> dict[str, bytes]:
    """The first row with ``old`` has ``new`` instead, and the root fits."""
    name = next(n for n in sorted(HONEST) if n.startswith("roster/") and old in HONEST[n])
    return rooted({**HONEST, name: HONEST[name].replace(old, new, 1)})


def rows_exchanged() -> dict[str, bytes]:
    first, second, *rest = HONEST["roster/00000.jsonl"].splitlines(keepends=True)
    return rooted({**HONEST, "roster/00000.jsonl": b"".join([second, first, *rest])})


def application_twice() -> dict[str, bytes]:
    """The same application a second time, as an eligible one of another region."""
    line = HONEST["roster/00000.jsonl"].splitlines(keepends=True)[0]
    again = line.replace(b'"region":"', b'"region":"1')
    return rooted({**HONEST, "roster/00002.jsonl": again})


def another_end_of_the_last_line() -> dict[str, bytes]:
    return with_manifest({**HONEST, "roster/00001.jsonl": HONEST["roster/00001.jsonl"][:-1] + b"!"})


def outcome_for_nobody() -> dict[str, bytes]:
    line = HONEST["results/00000.jsonl"].splitlines(keepends=True)[0]
    assert LAST_ROW < b"ffffffff"
    nobody = line.replace(line[19:55], b"ffffffff-ffff-ffff-ffff-ffffffffffff")
    return with_manifest({**HONEST, "results/00002.jsonl": nobody})


def beacon_of_the_forger() -> dict[str, bytes]:
    """A round signed properly, by another key."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    beacon = json.loads(HONEST["beacon.json"])
    previous = bytes.fromhex(beacon["previous_signature"])
    signature = key.sign(sha256(previous + beacon["round"].to_bytes(8, "big")).digest())
    forged = {
        "public_key": key.public_key().public_bytes_raw().hex(),
        "randomness": sha256(signature).hexdigest(),
        "signature": signature.hex(),
    }
    return with_manifest({**HONEST, "beacon.json": document({**beacon, **forged})})


def other_start_of_the_chain() -> dict[str, bytes]:
    """Round 1 does not begin with the genesis seed, although the beacon's key signed it."""
    files = folder(RULES, ROWS, published_at=GENESIS - timedelta(days=1))
    beacon = json.loads(files["beacon.json"])
    assert beacon["round"] == 1
    signature = KEY.sign(sha256(bytes(32) + (1).to_bytes(8, "big")).digest())
    forged = {
        "previous_signature": "00" * 32,
        "randomness": sha256(signature).hexdigest(),
        "signature": signature.hex(),
    }
    return with_manifest({**files, "beacon.json": document({**beacon, **forged})})


def manifest_of_another_wave() -> dict[str, bytes]:
    manifest = json.loads(HONEST["manifest.json"])
    return {**HONEST, "manifest.json": document({**manifest, "wave_id": "wave-70"})}


def rules_with_a_key_twice() -> dict[str, bytes]:
    twice = HONEST["rules.json"].replace(b'  "quota": 8,', b'  "quota": 9,\n  "quota": 8,')
    return rooted({**HONEST, "rules.json": twice})


def joins(*counts: int, **changes: object) -> dict[str, bytes]:
    content = json.loads(HONEST["joins.json"])
    last = content["roots"][-1]
    roots = [{**last, "count": count} for count in counts]
    return rooted({**HONEST, "joins.json": document({**content, "roots": [*roots, last], **changes})})


FORGERIES: dict[str, tuple[str, Callable[[], dict[str, bytes]]]] = {
    "seats from nowhere": ("roster", lambda: row_changed(b'left":2', b'left":3')),
    "a stratum of friends": ("roster", lambda: row_changed(b'"stratum":"MIGRANT"', b'"stratum":"FRIENDS"')),
    "eligible with a reason": ("roster", lambda: row_changed(b"false", b"true")),
    "not eligible without a reason": ("roster", lambda: row_changed(b":true", b":false")),
    "members of a family that disagree": ("roster", lambda: row_changed(_of_the_family(2), _of_the_family(1))),
    "an application twice": ("roster", application_twice),
    "rows exchanged": ("roster", rows_exchanged),
    "another end of the last line": ("roster", another_end_of_the_last_line),
    "an outcome for nobody": ("results", outcome_for_nobody),
    "another key": ("beacon", beacon_of_the_forger),
    "another start of the chain": ("beacon", other_start_of_the_chain),
    "another wave in the manifest": ("files", manifest_of_another_wave),
    "another wave in the root": ("commitment", lambda: rooted(HONEST, wave_id="wave-70")),
    "another wave in the joins": ("joins", lambda: joins(wave_id="wave-70")),
    "a fraction of a row": ("commitment", lambda: rooted(HONEST, rows=30.0)),
    "joins that disappeared": ("joins", lambda: joins(31)),
    "no joins": ("joins", lambda: joins(roots=[])),
    "a key twice": ("files", rules_with_a_key_twice),
    "fewer than no reserves": ("rules", lambda: changed("rules.json", reserves=-1)),
    "seats in words": ("rules", lambda: changed("rules.json", family_cap=True)),
    "more seats in strata": ("rules", lambda: changed("rules.json", quota=1)),
    "a stratum twice": ("rules", lambda: changed("rules.json", strata=[{"code": "MIGRANT", "quota": 1}] * 2)),
    "a stratum for all": ("rules", lambda: changed("rules.json", strata=[{"code": "GENERAL", "quota": 1}])),
    "a nameless stratum": ("rules", lambda: changed("rules.json", strata=[{"code": "", "quota": 1}])),
    "rules of another version": ("files", lambda: changed("rules.json", version=2)),
}


def _of_the_family(seats: int) -> bytes:
    return b'"family":"%s","family_seats_left":%d' % (row(1).family.encode(), seats)


@pytest.mark.parametrize("name", FORGERIES)
def test_the_check_that_should_find_a_forgery_finds_it(name: str) -> None:
    where, forge = FORGERIES[name]
    files = forge()
    assert files != HONEST, "the planted forgery changes nothing"
    right, text = verdict(files)
    assert not right
    assert differing(text)[0] == where, text


def test_a_folder_made_anew_differs_from_the_commitment() -> None:
    """Somebody draws another roster honestly, after seeing the beacon: only what was published before tells."""
    anew = folder(RULES, ROWS[1:])
    assert verdict(anew)[0]
    right, text = verdict(anew, commitment=COMMITMENT)
    assert not right
    assert differing(text) == ["commitment"]


def test_another_beacon_than_the_known_one_is_found() -> None:
    right, text = verdict(HONEST, beacon_key="00" * 32)
    assert not right
    assert differing(text) == ["beacon"]


def test_somebody_who_never_joined_is_found() -> None:
    """The roster holds one more application than joined."""
    files = {**HONEST, "joins.json": folder(RULES, ROWS[1:])["joins.json"]}
    right, text = verdict(rooted(files))
    assert not right
    assert differing(text) == ["joins"]


def test_the_first_round_may_decide() -> None:
    right, text = verdict(folder(RULES, ROWS, published_at=GENESIS - timedelta(days=1)))
    assert right, text
    assert published.commitment_from(HONEST["root.json"]).beacon_round > 1
