"""Repeat a published draw and say whether it is right: ``python verify.py FOLDER`` (Python 3.11+, ``cryptography``).

This file stands alone on purpose. It shares no line with the code that draws, follows ``docs/draw.md`` only, and can
be copied anywhere. It ends with 0 when all agrees, 1 when anything differs, 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CODE = "[A-Z][A-Z0-9_]{0,39}"
ROW = re.compile(
    r'\{"application_id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})","eligible":(true|false),'
    r'"family":"([0-9a-f]{32})","family_seats_left":([0-9]),'
    rf'"reason":(?:null|"({CODE})"),"region":"[A-Z0-9._-]{{1,12}}","stratum":(?:null|"({CODE})")\}}'
)
SHARD = re.compile(r"(roster|results)/[0-9]{5}\.jsonl(\.gz)?")
DOCUMENTS = {"rules.json", "joins.json", "root.json", "beacon.json", "summary.json", "manifest.json"}


class Differs(Exception):
    """Something published is not what it should be; the text says what and where."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise Differs(what)


def framed(*fields: bytes) -> bytes:
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def ending(outcome: str, pool: str | None = None, rank: int | None = None, reason: str | None = None) -> str:
    """The line of an outcome, after the application id."""
    fields = {"outcome": outcome, "pool": pool, "rank": rank, "reason": reason}
    return "," + json.dumps(fields, separators=(",", ":"))[1:]


class Root:
    """RFC 6962 root of a stream of entries: hashes of whole subtrees, one for each bit of the count."""

    def __init__(self) -> None:
        self.count, self.subtrees = 0, list[bytes]()

    def add(self, data: bytes) -> None:
        node = sha256(b"\x00" + data).digest()
        bit = self.count
        while bit & 1:
            node = sha256(b"\x01" + self.subtrees.pop() + node).digest()
            bit >>= 1
        self.subtrees.append(node)
        self.count += 1

    def hex(self) -> str:
        *others, node = self.subtrees or [sha256(b"").digest()]
        for subtree in reversed(others):
            node = sha256(b"\x01" + subtree + node).digest()
        return node.hex()


class Verifier:
    """One check after the other over one folder; later checks use what earlier ones read."""

    def __init__(self, folder: Path, commitment: str | None = None, beacon_key: str | None = None) -> None:
        self.folder, self.commitment, self.beacon_key = folder, commitment, beacon_key
        self.tickets: list[bytes] = []
        self.refused, self.members = Counter[str](), Counter[str | None]()

    def document(self, name: str) -> Any:
        """Read a JSON document, which must be written in the one canonical way and be of this wave."""
        data = (self.folder / name).read_bytes()
        content = json.loads(data, parse_float=str)  # a fraction comes back as text, and so is found out
        right = json.dumps(content, indent=2, sort_keys=True) + "\n"
        need(right.encode() == data and content["version"] == 1, f"{name} is not canonical JSON of version 1")
        return content

    def digest(self, name: str) -> str:
        with (self.folder / name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def lines(self, kind: str) -> Iterator[str]:
        """Read all shards of a kind as one stream that rises by application id."""
        before = b""
        with ExitStack() as stack:
            shards: list[Iterable[bytes]] = []
            for path in sorted(self.folder.glob(f"{kind}/*")):
                file = stack.enter_context(path.open("rb"))
                shards.append(BufferedReader(gzip.GzipFile(fileobj=file)) if path.suffix == ".gz" else file)
            for line in heapq.merge(*shards):
                if not (line.endswith(b"\n") and line[:55] > before):
                    raise Differs(f"{kind}: twice or not sorted, at {line[:80]!r}")
                before = line[:55]
                yield line[:-1].decode()

    def rows(self) -> Iterator[tuple[str, bytes, bytes, int, str | None, str | None]]:
        """Read the roster: line, application, family, seats left, stratum, and why the row does not compete at all."""
        for line in self.lines("roster"):
            if not (found := ROW.fullmatch(line)):
                raise Differs(f"not a row of a roster: {line[:300]}")
            name, eligible, family, seats, reason, stratum = found.groups()
            sound = (eligible == "true") is (reason is None) and stratum in self.numbers
            if not sound or int(seats) > self.rules["family_cap"]:
                raise Differs(f"a row contradicts itself or the rules: {line}")
            refused = f"INELIGIBLE:{reason}" if reason else None if seats > "0" else "FAMILY_CAP"
            yield line, bytes.fromhex(name.replace("-", "")), bytes.fromhex(family), int(seats), stratum, refused

    def check_files(self) -> str:
        folder: dict[str, dict[str, Any]] = {}
        for path in (path for path in self.folder.rglob("*") if not path.is_dir()):
            name = path.relative_to(self.folder).as_posix()
            need(name in DOCUMENTS or SHARD.fullmatch(name), f"{name} has no place in a draw")
            folder[name] = {"bytes": path.stat().st_size, "name": name, "sha256": self.digest(name)}
        need(folder.keys() >= DOCUMENTS, f"missing: {', '.join(sorted(DOCUMENTS - folder.keys()))}")
        del folder["manifest.json"]
        manifest = self.document("manifest.json")
        wrong = [entry["name"] for entry in manifest["files"] if folder.pop(entry["name"], None) != entry]
        need(not wrong and not folder, f"not as the manifest lists: {', '.join([*wrong, *sorted(folder)])}")
        need(manifest["wave_id"] == self.document("rules.json")["wave_id"], "the manifest is of another wave")
        return f"{len(manifest['files'])} files are those of the manifest"

    def check_rules(self) -> str:
        self.rules = rules = self.document("rules.json")
        quotas = [stratum["quota"] for stratum in rules["strata"]]
        counts = [rules["quota"], rules["reserves"], rules["family_cap"], *quotas]
        need(all(type(count) is int and count >= 0 for count in counts), "a quota is not a whole number from 0")
        need(sum(quotas) <= rules["quota"], "the strata have more seats than the wave")
        codes = [None, *(stratum["code"] for stratum in rules["strata"])]
        self.numbers = {code: number for number, code in enumerate(codes)}
        names = {code for code in codes[1:] if re.fullmatch(CODE, code)} - {"GENERAL"}
        need(len(names) == len(quotas), "a stratum has no proper name of its own")
        return f"{rules['quota']} seats, of these {sum(quotas)} in strata; {rules['reserves']} reserves"

    def check_commitment(self) -> str:
        self.root = root = self.document("root.json")
        need(root["wave_id"] == self.rules["wave_id"], "root.json is of another wave")
        for name in ("rules", "joins"):
            need(root[f"{name}_sha256"] == self.digest(f"{name}.json"), f"{name}.json is not what root.json fixed")
        digest = self.digest("root.json")
        need(self.commitment in (None, digest), f"root.json has {digest}, expected {self.commitment}")
        return f"{digest}{'' if self.commitment else ' (compare with the one known from before the beacon round)'}"

    def check_beacon(self) -> str:
        beacon, terms = self.document("beacon.json"), self.rules["beacon"]
        earliest = datetime.fromisoformat(self.root["published_at"]) + timedelta(seconds=terms["wait_seconds"])
        behind = datetime.fromisoformat(terms["genesis_at"]) - earliest
        number = max(1, 1 - behind // timedelta(seconds=terms["period_seconds"]))
        rounds = (self.root["beacon_round"], beacon["round"])
        need(rounds == (number, number), f"the first round in time is {number}; announced and used: {rounds}")
        need(beacon["public_key"] == terms["public_key"], "signed with a key that the rules do not name")
        need(self.beacon_key in (None, beacon["public_key"]), f"the beacon's key is not {self.beacon_key}")
        previous, signature = bytes.fromhex(beacon["previous_signature"]), bytes.fromhex(beacon["signature"])
        need(number > 1 or previous.hex() == terms["genesis_seed"], "round 1 does not start from the genesis seed")
        message = sha256(previous + number.to_bytes(8, "big")).digest()
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(beacon["public_key"])).verify(signature, message)
        except InvalidSignature as error:
            raise Differs(f"the signature of round {number} is false") from error
        need(beacon["randomness"] == sha256(signature).hexdigest(), "the randomness is not the hash of the signature")
        wave, root = self.rules["wave_id"].encode(), bytes.fromhex(self.root["root"])
        self.seed = sha256(framed(b"prakerja/draw/seed/v1", wave, root, sha256(signature).digest())).digest()
        return f"round {number}, signed by {beacon['public_key']}"

    def check_roster(self) -> str:
        seen, joins = Root(), Root()
        families: dict[bytes, int] = {}
        start = framed(b"prakerja/draw/ticket/v1", self.seed, bytes(16))[:-16]
        join = framed(b"prakerja/wave/join/v1", self.rules["wave_id"].encode(), bytes(16))[:-16]
        for line, application, family, seats, stratum, refused in self.rows():
            if families.setdefault(family, seats) != seats:
                raise Differs(f"a family disagrees on its seats: {line}")
            seen.add(line.encode())
            joins.add(join + application)
            if refused:
                self.refused[refused] += 1
            else:
                self.members[stratum] += 1
                ticket = sha256(start + application).digest()
                self.tickets.append(ticket + application + family + bytes([seats, self.numbers[stratum]]))
        self.rows_seen, self.joined = seen.count, (joins.count, joins.hex())
        found, fixed = (seen.count, seen.hex()), (self.root["rows"], self.root["root"])
        need(found == fixed, f"rows and root are {found}, root.json says {fixed}")
        return f"{seen.count} rows, root {seen.hex()}"

    def check_joins(self) -> str:
        roots = (joins := self.document("joins.json"))["roots"]
        need(joins["wave_id"] == self.rules["wave_id"] and roots, "joins.json is empty or of another wave")
        counts = [entry["count"] for entry in roots]
        need(sorted(counts) == counts, "joins disappeared while the wave was open")
        last = (counts[-1], roots[-1]["root"])
        need(last == self.joined, "the roster does not hold exactly the applications that joined")
        return f"all {self.rows_seen} joins are in the roster, and nobody else"

    def check_results(self) -> str:
        self.tickets.sort()
        outcomes: dict[bytes, str] = {}
        taken: Counter[bytes] = Counter()
        self.selected_of: Counter[int] = Counter()
        self.pools: list[dict[str, Any]] = []
        self.capped = 0

        def walk(kind: str, pool: str | None, places: int, number: int | None) -> None:
            rank = 0
            for ticket in self.tickets:
                if rank == places:
                    break
                application, family, seats, stratum = ticket[32:48], ticket[48:64], ticket[64], ticket[65]
                if application in outcomes or number not in (None, stratum):
                    continue
                if taken[family] >= seats:
                    outcomes[application] = ending("NOT_SELECTED", reason="FAMILY_CAP")
                    self.capped += 1
                    continue
                rank += 1
                taken[family] += 1
                outcomes[application] = ending(kind, pool, rank)
                self.selected_of[stratum] += kind == "SELECTED"
            self.pools.append({"pool": pool, "seats": places, "selected": rank})

        for at, stratum in enumerate(self.rules["strata"], 1):
            walk("SELECTED", stratum["code"], stratum["quota"], at)
        walk("SELECTED", "GENERAL", self.rules["quota"] - self.selected_of.total(), None)
        walk("RESERVE", None, self.rules["reserves"], None)
        self.reserves = self.pools.pop()["selected"]  # the reserve list is no pool
        others = {why: ending("NOT_SELECTED", reason=why or "QUOTA_REACHED") for why in [None, *self.refused]}
        published = self.lines("results")
        for line, application, _, _, _, refused in self.rows():
            expected = line[:56] + outcomes.get(application, others[refused])
            if (got := next(published, "(nothing)")) != expected:
                raise Differs(f"published {got}, but the draw gives {expected}")
        need(next(published, None) is None, "there are outcomes for applications that are not in the roster")
        return f"{self.selected_of.total()} selected, {self.reserves} reserves, {self.rows_seen} outcomes agree"

    def check_summary(self) -> str:
        competing, selected = self.members.total(), self.selected_of.total()
        expected = {
            "applications": self.rows_seen,
            "competing": competing,
            "family_capped": self.refused["FAMILY_CAP"] + self.capped,
            "ineligible": {why.split(":")[1]: n for why, n in self.refused.items() if ":" in why},
            "odds": [
                {"competing": self.members[code], "selected": self.selected_of[number], "stratum": code}
                for code, number in self.numbers.items()
            ],
            "pools": self.pools,
            "quota_reached": competing - selected - self.reserves - self.capped,
            "reserves": self.reserves,
            "seed": self.seed.hex(),
            "selected": selected,
            "version": 1,
            "wave_id": self.rules["wave_id"],
        }
        summary = self.document("summary.json")
        for name in sorted(expected.keys() | summary.keys()):
            got, right = (json.dumps(of.get(name), sort_keys=True) for of in (summary, expected))
            need(got == right, f"{name}: published {got}, but the draw gives {right}")
        return f"seed {expected['seed']}; {selected} selected of {competing} who competed"


def verify(verifier: Verifier, say: Callable[[str], object]) -> bool:
    """Run every check, ``say`` one line about each, and return whether everything agrees."""
    right = going_on = True
    for name in ("files", "rules", "commitment", "beacon", "roster", "joins", "results", "summary"):
        try:
            word, text = ("OK", getattr(verifier, f"check_{name}")()) if going_on else ("NOT CHECKED", "see above")
        except Exception as error:  # whatever a forged file makes fail is a difference
            word, text = "DIFFERS", str(error) if isinstance(error, Differs) else repr(error)
            right, going_on = False, name in ("files", "joins")  # nothing builds on these two
        say(f"{name:<11} {word:<8} {text}\n")
    say(f"The published result is {'right' if right else 'NOT what the rules give'}.\n")
    return right


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Repeat a published draw and say whether it is right.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commitment", help="SHA-256 of root.json, as you know it from before the beacon round")
    parser.add_argument("--beacon-key", help="the beacon's public key, as you know it from the beacon's operator")
    return 0 if verify(Verifier(**vars(parser.parse_args(arguments))), sys.stdout.write) else 1


if __name__ == "__main__":
    sys.exit(main())
