"""Requests that must be refused: each says what is wrong, none costs more than another, none changes anything."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.partner_api.credentials import NOBODY
from tests.contract.partner.client import NOW, SEND_OTP, STATUS, event
from tests.contract.partner.corpus import GOOD, Broken, broken_requests
from tests.contract.partner.service import BODY, CLIENT, Partner, Service, new_service


@pytest.fixture
def service() -> Service:
    return new_service()


# broken requests --------------------------------------------------------------------------------------------------
CORPUS = list(broken_requests(CLIENT))


@pytest.mark.parametrize("broken", CORPUS, ids=lambda broken: broken.name)
def test_a_broken_request_is_told_so_and_changes_nothing(service: Service, broken: Broken) -> None:
    for body in as_an_event_carries(broken.body):
        response = service.respond(event(broken.path, broken.headers, body, method=broken.method))
        answer = json.loads(response["body"])
        assert response["statusCode"] == broken.status
        assert answer["success"] is False
        assert answer["message"].strip()
        assert "data" not in answer
    assert service.calls == []


def as_an_event_carries(body: bytes) -> list[str | bytes]:
    """As base64, and as text if it is text."""
    try:
        return [body, body.decode()]
    except UnicodeDecodeError:
        return [body]


def test_the_corpus_is_large_and_has_no_twins() -> None:
    assert len(CORPUS) >= 200
    assert len({broken.name for broken in CORPUS}) == len(CORPUS)


def test_every_401_has_the_same_body(service: Service) -> None:
    bodies = set()
    for broken in CORPUS:
        response = service.respond(event(broken.path, broken.headers, broken.body, method=broken.method))
        if broken.status == 401:
            bodies.add((response["body"], *sorted(response["headers"].items())))
    assert len(bodies) == 1
    assert json.loads(bodies.pop()[0]) == {
        "code": "ERRSIG40101",
        "message": "Periksa client_code, timestamp (detik Unix, selisih paling banyak 5 menit), dan signature.",
        "success": False,
    }


def test_nothing_is_read_for_a_body_that_cannot_be(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "digest", lambda *_: pytest.fail("signature work for a malformed body"))
    for broken in CORPUS:
        if broken.name.startswith("body: ") or broken.status in (404, 405):
            service.respond(event(broken.path, broken.headers, broken.body, method=broken.method))
    assert service.reads == []


def test_wrong_fields_are_told_only_to_who_signed(service: Service) -> None:
    body = '{"sequence":"x"}'
    status, answer = service.post(STATUS, body, CLIENT.headers(STATUS, body))
    assert (status, answer["code"]) == (400, "ERRREQ40002")
    assert answer["message"] == "redeem_code wajib diisi; sequence harus berupa bilangan bulat."
    assert service.post(STATUS, body, CLIENT.headers(STATUS, body, {"signature": "0" * 40}))[0] == 401


def test_a_missing_course_has_its_published_code(service: Service) -> None:
    for field_name in ("course_code", "schedule_code"):
        body = json.dumps(GOOD[SEND_OTP] | {field_name: ""})
        _, answer = service.post(SEND_OTP, body, CLIENT.headers(SEND_OTP, body))
        assert answer["code"] == "ERRPLT40036"


def test_a_wrong_method_names_the_right_one(service: Service) -> None:
    response = service.respond(event(STATUS, CLIENT.headers(STATUS, ""), None, method="GET"))
    assert (response["statusCode"], response["headers"]["allow"]) == (405, "POST")
    assert json.loads(response["body"])["code"] == "ERRREQ40501"


# work -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", [BODY, '{ "redeem_code" : "X", "note": "é/&" }', '{"sequence":true}'])
def test_a_refusal_costs_the_same_whoever_is_named(
    service: Service, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    done: list[int] = []
    real = hmac.digest

    def counting(key: bytes, text: bytes, digest: str) -> bytes:
        done.append(1)
        return real(key, text, digest)

    monkeypatch.setattr(hmac, "digest", counting)
    costs = set()
    for client_code in (CLIENT.client_code, "other_partner", "closed", "nobody", "#!", "", None):
        for timestamp in ("1698289216", "1", "", None):
            headers = CLIENT.headers(
                STATUS, body, {"client_code": client_code, "timestamp": timestamp, "signature": "0" * 40}
            )
            done.clear()
            service.reads.clear()
            assert service.post(STATUS, body, headers)[0] == 401
            costs.add((len(done), len(service.reads), len(service.reads[0][1])))
    assert len(costs) == 1


@pytest.mark.parametrize("client_code", [None, "", NOBODY, "#!", "a b", "_a", "é", "x" * 65, "lpk_contoh,lpk_contoh"])
def test_an_impossible_client_code_is_looked_up_as_nobody(service: Service, client_code: str | None) -> None:
    service.partners[NOBODY] = Partner([CLIENT.key])  # even if such a partner existed
    impostor = replace(CLIENT, client_code=client_code or NOBODY)
    headers = impostor.headers(STATUS, BODY, {"client_code": client_code})
    assert service.post(STATUS, BODY, headers)[0] == 401
    assert [code for code, _ in service.reads] == [NOBODY]


def test_a_partner_without_a_valid_key_is_refused(service: Service) -> None:
    closed = replace(CLIENT, client_code="closed")
    assert service.post(STATUS, BODY, closed.headers(STATUS, BODY))[0] == 401


def test_a_clock_that_is_off_is_refused(service: Service) -> None:
    for seconds, expected in ((300, 200), (301, 401), (-300, 200), (-301, 401)):
        client = replace(CLIENT, now=NOW + timedelta(seconds=seconds))
        assert service.post(STATUS, BODY, client.headers(STATUS, BODY))[0] == expected
