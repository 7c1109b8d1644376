"""Canaries: people and secrets whose traces must never be seen outside the places made for them.

They go the whole way, with mistakes, refusals, lost answers and crashes. Then logs, metrics, problems, messages, published
files and the tables as they are stored are searched for every trace.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from prakerja.platform.observability import log
from sandbox.world.people import Person, generate
from sandbox.world.snap.faults import Fault
from tests.support.apis import forget_caches
from tests.support.journey import Journey
from tests.support.world import REGION, new_world

BANK_ACCOUNT = "9999000117"
SECRETS = (
    "CODE_SECRET for tests",
    "PAYMENT_CODE_SECRET for tests",
    "TOKEN_SECRET for tests",
    "RECEIPT_SECRET for tests",
    "CURSOR_SECRET for tests",
    "GUARD_SECRET for tests",
    "PARTNER_SECRET for tests",
    "guard key for tests",
    "secret of BNI for tests",
    "secret of LINKAJA for tests",
    "PRIVATE KEY",
)
CANARIES = generate(7, 2, canary=True)
"""A couple on one family card."""


@dataclass
class Played:
    """What is left when the canaries have gone their way."""

    journey: Journey
    written: str
    """Everything that went to standard output and error: log lines and metrics."""


class _Crash:
    """A DynamoDB client whose errors quote what they were given."""

    def __init__(self, quoted: str) -> None:
        self.quoted = quoted

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(self.quoted)


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    output = _Output()
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", output)
        for handler in log.handlers:
            patch.setattr(handler, "stream", output)
        level = log.log_level
        log.setLevel("DEBUG")
        world = new_world()
        journey = Journey(world, patch)
        _play(journey)
        _crash(journey, patch)
        log.setLevel(level)
        yield Played(journey, output.text)
    forget_caches()


class _Output:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def _play(journey: Journey) -> None:
    tokens = []
    for who in CANARIES:
        tokens.append(journey.sign_up(who))
        journey.identify(who, tokens[-1])
        journey.world.clock.move(seconds=10)
    journey.become_members(tokens)
    places = (("BNI", BANK_ACCOUNT), ("LINKAJA", CANARIES[1].phone))
    for who, token, (provider, number) in zip(CANARIES, tokens, places, strict=True):
        journey.link(who, token, provider, number)
        journey.learn(who, token, f"INV-{provider}")
        journey.wait(seconds=10)
    faults = journey.apis.banks["BNI"].engine.faults
    faults.add(Fault("lost_after_commit", times=1), journey.world.clock.wall())
    journey.pay_out()
    for _ in range(8):
        journey.wait(hours=3)
    journey.secrets["an operator's token"] = journey.apis.operator_token("op-9")


def _crash(journey: Journey, patch: pytest.MonkeyPatch) -> None:
    """Every API meets an error that quotes secrets: their shapes are masked wherever they come from."""
    who = CANARIES[0]
    shapes = [value for name, value in journey.secrets.items() if "sign key" not in name]
    quoted = " ".join([who.nik, who.family_card_number, who.phone, who.email, *shapes])
    person = journey.apis.person_token("00000000-0000-4000-8000-000000000001")
    with patch.context() as broken:
        broken.setattr(journey.world.table, "_client", _Crash(quoted))
        for method, path, token in (
            ("POST", "/v1/sessions/refresh", ""),
            ("GET", "/v1/identity", person),
            ("GET", f"/v1/waves/{who.nik}", ""),
            ("GET", "/operator/v1/payout-runs", journey.apis.operator_token()),
        ):
            body = {
                "refresh_token": next(v for n, v in journey.secrets.items() if "refresh" in n),
                "device_id": "d" * 9,
            }
            journey.call(method, path, body if method == "POST" else None, token=token, status=500)
        assert journey.apis.market.call("lpk", "/payment/redeem-code/status", {"redeem_code": "A" * 12})[0] == 500


# the traces -----------------------------------------------------------------------------------------------------------
def _personal(who: Person) -> dict[str, str]:
    return {
        "NIK": who.nik,
        "family card": who.family_card_number,
        "name": who.full_name,
        "mother": who.mother_name,
        "phone": who.phone[1:],
        "e-mail": who.email,
        "birth date": who.birth_date.isoformat(),
    }


def _traces(played: Played) -> dict[str, str]:
    """Name → text that must not be found."""
    traces = {f"{name} of {who.phone}": text for who in CANARIES for name, text in _personal(who).items()}
    traces |= {f"secret {number}": text for number, text in enumerate(SECRETS)} | {"account": BANK_ACCOUNT}
    return traces | played.journey.secrets


def found_in(text: str, traces: Mapping[str, str]) -> set[str]:
    """The names of the traces that are in a text, in whatever case and spelling."""
    lower = text.lower()
    return {name for name, trace in traces.items() for form in _forms(trace) if re.search(form, lower)}


def _forms(trace: str) -> Iterator[str]:
    plain = re.escape(trace.lower())
    yield rf"(?<![0-9a-f.]){plain}(?![0-9a-f])" if re.fullmatch("[0-9]{6}", trace) else plain
    if len(trace) > 6:
        yield trace.encode().hex()
        yield re.escape(base64.b64encode(trace.encode()).decode().rstrip("=")[:-1].lower())


def test_the_canaries_came_all_the_way(played: Played) -> None:
    journey = played.journey
    states = sorted(item["state"] for item in journey.world.items("programme") if item["sk"] == "PAYOUT")
    assert states == ["PAID", "PAID"]
    assert {answer.status for answer in journey.answers} >= {200, 201, 202, 403, 409, 422, 500, 503}
    assert {"unforeseen", "partner request failed", "wave turned", "partner not believed"} <= {
        line.get("message") for line in _lines(played.written)
    }
    assert '"RegistryUnavailable"' in played.written
    assert len(journey.messages) > 30
    assert len(journey.secrets) > 15


def test_a_trace_would_be_noticed(played: Played) -> None:
    """The search itself: plain, in capitals, hex or base64."""
    name = CANARIES[0].full_name
    for text in (name, name.upper(), name.encode().hex(), f"x{base64.b64encode(name.encode()).decode()}"):
        assert found_in(text, _traces(played)), text
    assert found_in("code 123456.", {"code": "123456"})
    assert not found_in("2026-01-15T03:00:00.123456Z 1234567 a123456", {"code": "123456"})


def test_no_log_line_and_no_metric_holds_a_trace(played: Played) -> None:
    lines = played.written.splitlines()
    assert len(lines) > 100
    assert {(name, line) for line in lines for name in found_in(line, _traces(played))} == set()


def test_no_problem_holds_a_trace(played: Played) -> None:
    told = [answer.text for answer in played.journey.answers if answer.status >= 400]
    told += [json.dumps(envelope) for envelope in played.journey.envelopes if not envelope["success"]]
    assert len(told) > 25
    assert {(name, text) for text in told for name in found_in(text, _traces(played))} == set()


def test_good_answers_hold_only_what_is_their_receivers(played: Played) -> None:
    """Tokens go to whoever signs in, the payment token and the name on the card to the platform; nothing else is told."""
    traces = {name: text for name, text in _traces(played).items() if "_token" not in name}
    for answer in played.journey.answers:
        assert found_in(answer.text, traces) == set()
    told = {name for envelope in played.journey.envelopes for name in found_in(json.dumps(envelope), traces)}
    assert {name.partition(" of ")[0] for name in told} == {"payment token", "name"}


def test_no_message_holds_a_trace(played: Played) -> None:
    assert {(name, text) for text in played.journey.messages for name in found_in(text, _traces(played))} == set()
    for text in played.journey.messages:
        assert set(json.loads(text)) <= {
            "approval_id",
            "challenge_id",
            "check_number",
            "facts",
            "kind",
            "payment_id",
            "payout_id",
            "person_id",
            "provider",
            "purchase_id",
            "reference",
            "resend",
            "run_id",
            "shard",
            "subject_id",
            "wave_id",
        }


@pytest.mark.parametrize("table", ["people", "programme", "evidence"])
def test_no_item_holds_a_trace_in_clear(played: Played, table: str) -> None:
    items = played.journey.world.items(table)
    assert len(items) > 10
    traces = _traces(played)
    found = {(item["pk"], item["sk"], name) for item in items for name in found_in(_clear(item), traces)}
    assert found == set()


def test_no_published_file_holds_a_trace(played: Played) -> None:
    files = {name: _unzipped(data) for name, data in played.journey.apis.archive.files.items()}
    assert len(files) > 100
    assert {(name, trace) for name, text in files.items() for trace in found_in(text, _traces(played))} == set()


def _clear(value: Any) -> str:
    """Everything in an item as text, bytes too."""
    if isinstance(value, dict):
        return " ".join(_clear(inner) for inner in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return " ".join(_clear(inner) for inner in value)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _unzipped(data: bytes) -> str:
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()


def _lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines() if line.startswith("{")]
