"""However a partner's client spells its requests, the partner API takes them."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from prakerja.partners.signature import verify
from prakerja.partners.wire import canonical_paths, parse
from sandbox.demo.api import Api, Reply
from sandbox.demo.partner import SPELLINGS, Institution, Platform

KEY = "kunci-contoh"


class Gate(Api):
    """Stands for the partner API: verifies as it does, and answers the body's own fields."""

    def __init__(self) -> None:
        super().__init__("http://nowhere", threading.Event())
        self.bodies: list[bytes] = []
        self.forms: set[str] = set()
        self.paths: set[str] = set()

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        given = body or b""
        stamp = headers["timestamp"]
        found = verify(
            [KEY.encode()],
            headers["client_code"],
            stamp,
            method,
            canonical_paths(path),
            parse(given),
            headers["signature"],
            datetime.fromtimestamp(int(stamp), UTC),
        )
        self.forms.add(str(found))
        self.bodies.append(given)
        self.paths.add(path)
        return Reply(200, {}, json.dumps({"success": True, "data": json.loads(given)}).encode())


def test_every_spelling_is_believed() -> None:
    gate = Gate()
    platform = Platform(gate, "toko", KEY)
    for _ in range(3 * len(SPELLINGS)):
        assert platform.authorise("token", "123456", "Rp & <Siti> é")["otp"] == "123456"
    assert len(set(gate.bodies)) >= 4
    assert len(gate.forms) > 1
    assert {path.startswith("//") for path in gate.paths} == {True, False}


def test_evidence_is_reported_as_the_guide_says() -> None:
    gate = Gate()
    assert Institution(gate, "lpk", KEY).report("GHOPNYXUVMT0", 999, 86) == {
        "redeem_code": "GHOPNYXUVMT0",
        "sequence": 999,
        "passed": True,
        "score": 86,
    }
