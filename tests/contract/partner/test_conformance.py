"""Real clients' requests over real sockets, to every endpoint, in every habit that was seen; and what they get.

``PARTNER_URL=http://127.0.0.1:8080`` runs the same against a system that has played its demonstration, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions.partner_api.routes import ENDPOINTS
from prakerja.platform.ids import RandomIds
from tests.contract.partner.client import PREFIX
from tests.contract.partner.habits import HABITS, Habit, Wire, write
from tests.contract.partner.target import TARGETS, WAY, WHICH, Case, Here, Target, client_code
from tests.contract.partner.wire_client import Connection, Reply, raw_request, send_once
from tests.support.classroom import LMS, SITE

NAMES = (
    *("status", "status of no sequence", "commit", "reset", "url-generate", "submission", "feedback"),
    *("submission status", "quota", "send-otp", "authorize", "payment status", "void", "signature check"),
)
CODE_TYPES = {
    **dict.fromkeys(("redeem_code", "course_code", "invoice_code", "schedule_code", "dp_platform"), str),
    **dict.fromkeys(("status", "attendance_status", "course_type", "sequence"), int),
    **dict.fromkeys(("schedule_start_end", "course_type_label", "course_learning_method"), str),
    "redeem_at": (str, type(None)),
    "is_online_attendance": bool,
}
TASK_TYPES = {"id": int, "redeem_code": str, "scope": str, "sequence": int, "status": int, "url_file": str}
SALE_TYPES = {
    **dict.fromkeys(("created_at", "invoice_code", "transaction_code", "status", "prakerja_name", "redeem_code"), str),
    "amount": int,
}
TYPES: dict[str, Any] = {
    "status": CODE_TYPES,
    "status of no sequence": CODE_TYPES,
    "commit": CODE_TYPES,
    "reset": CODE_TYPES,
    "url-generate": {"url": str, "state": str, "course": dict},
    "submission": TASK_TYPES,
    "feedback": {**TASK_TYPES, "notes": str},
    "submission status": {"assignment": dict, "feedback": dict},
    "quota": {"schedule_code": str, "course_code": str, "quota": int},
    "send-otp": {"payment_token": str},
    "authorize": SALE_TYPES,
    "payment status": SALE_TYPES,
    "void": None,
}
"""JSON types of ``data``: a bool is no int, and ``"status": "1"`` breaks Go clients."""


@pytest.fixture(scope="module", params=WHICH)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    made = TARGETS[request.param]()
    with ExitStack() as stack:
        yield stack.enter_context(made if hasattr(made, "__enter__") else nullcontext(made))


class Sender:
    """Writes and sends; no nonce twice, nor in another run against a system that goes on."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def wire(self, case: Case, habit: Habit = HABITS[0], *, key: str = "", **changes: Any) -> Wire:
        return write(
            habit,
            client_code(self.target, case.partner),
            key or self.target.keys[case.partner],
            PREFIX + case.path,
            {**case.body, **changes},
            timestamp=self.target.now(),
            nonce=f"nonce-{RandomIds().new()}",
            **case.headers,
        )

    def send(self, wire: Wire, habit: Habit = HABITS[0], *, method: str = "POST") -> Reply:
        how = {"chunks": habit.chunks, "version": habit.version}
        return send_once(self.target.base_url, method, wire.path, wire.headers, wire.body, **how)


@pytest.fixture
def sender(target: Target) -> Sender:
    target.back()
    return Sender(target)


def cases(sender: Sender) -> dict[str, Case]:
    sender.target.back()
    return sender.target.cases()


# what succeeds ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_every_endpoint_answers_every_habit(sender: Sender, habit: Habit) -> None:
    for name in cases(sender):
        case = cases(sender)[name]
        reply = sender.send(sender.wire(case, habit, catatan="R&D <uji> é/ñ 𝄞"), habit)
        assert reply.status == 200, (name, reply.text)
        assert reply.headers["content-type"] == "application/json"
        assert reply.body["success"] is True
        assert isinstance(reply.body["message"], str)
        assert reply.body["message"]
        has_types(name, reply.body)


def has_types(name: str, body: dict[str, Any]) -> None:
    types = TYPES.get(name, {} if name == "signature check" else CODE_TYPES)
    if types is None:
        assert set(body) == {"success", "message"}
        return
    for field, kind in types.items():
        value = body["data"][field]
        assert isinstance(value, kind), (name, field, value)
        assert kind is not int or not isinstance(value, bool), (name, field)


def test_all_integration_endpoints_are_among_them(sender: Sender) -> None:
    paths = {endpoint.path for endpoint in ENDPOINTS if endpoint.path.startswith(PREFIX)}
    if isinstance(sender.target, Here):
        assert {PREFIX + case.path for case in cases(sender).values()} == paths
        assert tuple(cases(sender)) == NAMES


def test_one_connection_serves_many_requests(sender: Sender) -> None:
    """Good ones and bad ones, chunked ones among them; the body of a refusal is read and the connection goes on."""
    case = cases(sender)["status"]
    with Connection(sender.target.base_url) as connection:
        for number, habit in enumerate(habit for habit in HABITS if habit.version == "HTTP/1.1"):
            forged = number % 3 == 2
            wire = sender.wire(case, habit, key="another key" if forged else "")
            request = raw_request("POST", wire.path, wire.headers, wire.body, host=connection.host, chunks=habit.chunks)
            assert connection.send(request).status == (401 if forged else 200), habit.name


def test_a_redirect_keeps_its_query_and_brings_the_state_back(sender: Sender) -> None:
    """As Alterra sends it: ``&`` raw on the wire, signed as ``\\u0026``."""
    if not isinstance(sender.target, Here):
        return
    (habit,) = [habit for habit in HABITS if habit.name == "Go template, signs Marshal"]
    wire = sender.wire(cases(sender)["url-generate"], habit)
    assert b"&" in wire.body
    data = sender.send(wire, habit).body["data"]
    assert data["url"] == f"{SITE}/attendance/{data['state']}"
    market = sender.target.market
    market.wait_for(sender.target.sale["redeem_code"], 1)
    returned = urlsplit(market.present(data["state"]))
    assert f"{returned.scheme}://{returned.netloc}{returned.path}" == LMS
    assert parse_qsl(returned.query) == [*parse_qsl(urlsplit(WAY["redirect_uri"]).query), ("state", data["state"])]
    status = sender.send(sender.wire(cases(sender)["status"])).body["data"]
    assert status["attendance_status"] == 0, "the world went back"


@pytest.mark.parametrize(
    "name", ["commit", "reset", "url-generate", "submission", "feedback", "send-otp", "authorize", "void"]
)
def test_the_very_same_request_again_gets_the_first_answer(sender: Sender, name: str) -> None:
    if name not in cases(sender):
        return
    wire = sender.wire(cases(sender)[name])
    first = sender.send(wire)
    before = sender.target.holds()
    assert first.status == 200
    assert sender.send(wire).body == first.body
    assert sender.target.holds() == before


# what is refused --------------------------------------------------------------------------------------------------
def test_a_forged_request_is_told_nothing_and_changes_nothing(sender: Sender) -> None:
    before = sender.target.holds()
    for name, case in sender.target.cases().items():
        if name == "signature check":
            continue
        for habit in (HABITS[0], HABITS[-1]):
            reply = sender.send(sender.wire(case, habit, key="another key"), habit)
            assert (reply.status, reply.body["code"], reply.body["success"]) == (401, "ERRSIG40101", False), name
            assert "data" not in reply.body
    assert sender.target.holds() == before


def test_what_is_missing_is_named_in_indonesian(sender: Sender) -> None:
    for name, case in cases(sender).items():
        reply = sender.send(sender.wire(Case(case.partner, case.path, {}, case.headers)))
        wanted = "ERRPLT40036" if name in ("quota", "send-otp") else "ERRREQ40002"
        assert (reply.status, reply.body["code"]) == (400, wanted), (name, reply.text)
        assert "wajib diisi" in reply.body["message"] or wanted == "ERRPLT40036"


def test_another_kind_of_partner_may_not(sender: Sender) -> None:
    for name, case in cases(sender).items():
        if name == "signature check":
            continue
        other = Case("toko" if case.partner == "lpk" else "lpk", case.path, case.body, case.headers)
        reply = sender.send(sender.wire(other))
        assert reply.status == 400, (name, reply.text)
        assert reply.body["success"] is False


def test_other_methods_are_named(sender: Sender) -> None:
    for case in cases(sender).values():
        for method in ("GET", "PUT", "DELETE"):
            reply = sender.send(sender.wire(case), method=method)
            assert (reply.status, reply.headers["allow"]) == (405, "POST")
            assert reply.body["code"] == "ERRREQ40501"


REFUSALS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a code that nobody has": ("status", {"redeem_code": "AAAAAAAAAAAA"}, "ERRTRX40031"),
    "a sequence that is none": ("status", {"sequence": 11}, "ERRREQ40002"),
    "status as text": ("status", {"sequence": "1"}, "ERRREQ40002"),
    "commit of nobody's code": ("commit", {"redeem_code": "AAAAAAAAAAAA"}, "ERRTRX40031"),
    "a real code put back": ("reset", {"redeem_code": "AAAAAAAAAAAA"}, "ERRTRX40031"),
    "an address that is not registered": ("url-generate", {"redirect_uri": "https://evil.test/"}, "ERRTRX40052"),
    "a registered address on another port": (
        "url-generate",
        {"redirect_uri": f"{LMS[:-8]}:8443/kembali"},
        "ERRTRX40052",
    ),
    "no e-mail": ("url-generate", {"email": "x"}, "ERRREQ40002"),
    "no scope": ("submission", {"scope": "TPM"}, "ERRREQ40002"),
    "a tpm of sequence 999": ("submission", {"scope": "tpm", "sequence": 999}, "ERRREQ40002"),
    "no address of a file": ("submission", {"url_file": "javascript:alert(1)"}, "ERRREQ40002"),
    "feedback without notes": ("feedback", {"notes": ""}, "ERRREQ40002"),
    "feedback to nothing": ("feedback", {"scope": "tpm", "sequence": 7}, "ERRTRX40054"),
    "a schedule of no course": ("quota", {"course_code": "nothing"}, "ERRTRX40012"),
    "no schedule": ("quota", {"schedule_code": ""}, "ERRPLT40036"),
    "no such card": ("send-otp", {"prakerja_id": "1111222233334444"}, "ERRTRX40011"),
    "another price": ("send-otp", {"amount": 1}, "ERRTRX40013"),
    "a wrong code": ("authorize", {"otp": "000000"}, "ERRTRX40022"),
    "no such invoice": ("payment status", {"invoice_code": "INV-9"}, "ERRVOD40001"),
    "void of nothing": ("void", {"invoice_code": "INV-9"}, "ERRVOD40001"),
    "void of another transaction": ("void", {"transaction_code": "AAAAAAAAAAAAAAAA"}, "ERRVOD40001"),
    "a body that is no JSON": ("signature check", {"body": "{"}, "ERRREQ40001"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_refusal_is_json_with_a_code_and_a_sentence(sender: Sender, why: str) -> None:
    name, changes, code = REFUSALS[why]
    if name not in cases(sender):
        return
    reply = sender.send(sender.wire(cases(sender)[name], **changes))
    assert (reply.status, reply.body["code"]) == (400, code), reply.text
    assert reply.body["success"] is False
    assert len(reply.body["message"]) > 10
    assert set(reply.body) == {"code", "message", "success"}


def test_a_double_void_is_an_error(sender: Sender) -> None:
    if "void" not in cases(sender):
        return
    case = cases(sender)["void"]
    assert sender.send(sender.wire(case)).status == 200
    again = sender.send(sender.wire(case, reason="a new request"))
    assert (again.status, again.body["code"]) == (400, "ERRPLT40028")


def test_a_stronger_request_cannot_be_replayed(sender: Sender) -> None:
    habit = HABITS[-1]
    wire = sender.wire(cases(sender)["status"], habit)
    assert sender.send(wire, habit).status == 200
    replayed = sender.send(wire, habit)
    assert (replayed.status, json.loads(replayed.text)["code"]) == (401, "ERRSIG40101")
