"""The frame of the partner API: what is accepted, how it is read, and how answers and problems look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.partner_api.codes import CODES, code_of
from functions.partner_api.requests import StatusRequest, read
from prakerja.platform.access_patterns import REDEEM_CODE
from prakerja.platform.problems import (
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    Problem,
    TooMany,
    Unavailable,
    all_problems,
)
from tests.contract.partner.client import AUTHORIZE, SEND_OTP, STATUS, event
from tests.contract.partner.corpus import GOOD
from tests.contract.partner.service import BODY, CLIENT, Service, new_service


@pytest.fixture
def service() -> Service:
    return new_service()


# success ----------------------------------------------------------------------------------------------------------
def test_success_is_200_with_data(service: Service) -> None:
    response = service.respond(event(STATUS, CLIENT.headers(STATUS, BODY), BODY))
    assert response["statusCode"] == 200
    assert response["body"] == (
        '{"success":true,"message":"OK","data":{"redeem_code":"GHOPNYXUVMT0","sequence":1,"redeem_at":null}}'
    )
    assert response["isBase64Encoded"] is False


def test_success_without_data_says_only_its_message(service: Service) -> None:
    body = json.dumps(GOOD[AUTHORIZE], separators=(",", ":"))
    assert service.post(AUTHORIZE, body, CLIENT.headers(AUTHORIZE, body)) == (
        200,
        {"success": True, "message": "Pelatihan berhasil dibeli."},
    )


@pytest.mark.parametrize("names", [str.title, str.upper, str.capitalize])
def test_header_names_in_any_case(service: Service, names: Any) -> None:
    headers = {names(name): value for name, value in CLIENT.headers(STATUS, BODY).items()}
    assert service.post(STATUS, BODY, headers)[0] == 200


def test_blanks_around_a_header_value_are_no_part_of_it(service: Service) -> None:
    headers = {name: f" {value}\t" for name, value in CLIENT.headers(STATUS, BODY).items()}
    assert service.post(STATUS, BODY, headers)[0] == 200


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", None])
@pytest.mark.parametrize("accept", ["text/html, image/gif, image/jpeg, */*; q=0.2", None])
@pytest.mark.parametrize("is_base64", [True, False])
def test_json_is_read_whatever_the_media_type(
    service: Service, kind: str | None, accept: str | None, is_base64: bool
) -> None:
    headers = CLIENT.headers(STATUS, BODY, {"content-type": kind, "accept": accept})
    assert service.post(STATUS, BODY, headers, is_base64=is_base64)[0] == 200


@pytest.mark.parametrize("path", [f"/{STATUS}", f"{STATUS}/", STATUS.replace("/v1/", "//v1/")])
def test_doubled_and_trailing_slashes_reach_the_endpoint(service: Service, path: str) -> None:
    assert service.post(path, BODY, CLIENT.headers(STATUS, BODY))[0] == 200
    assert service.post(path, BODY, CLIENT.headers(path, BODY))[0] == 200


@pytest.mark.parametrize(
    ("body", "redeem_code", "sequence"),
    [
        ('{"redeem_code":"X"}', "X", 1),
        ('{"redeem_code":"X","sequence":null}', "X", 1),
        ('{"redeem_code":"X","sequence":999}', "X", 999),
        ('{"sequence":10,"redeem_code":"PRAT-UJ0EEQ"}', "PRAT-UJ0EEQ", 10),
        ('{"code":"X"}', "X", 1),
        ('{"redeem_code":" X ","extra":{"a":[1.5,null]}}', "X", 1),
    ],
)
def test_status_bodies_that_clients_send(service: Service, body: str, redeem_code: str, sequence: int) -> None:
    _, answer = service.post(STATUS, body, CLIENT.headers(STATUS, body))
    assert (answer["data"]["redeem_code"], answer["data"]["sequence"]) == (redeem_code, sequence)


@pytest.mark.parametrize(
    ("path", "field", "sent", "taken"),
    [
        (SEND_OTP, "amount", "20000", 20000),
        (AUTHORIZE, "invoice_code", 42, "42"),
        (AUTHORIZE, "otp", "000123", "000123"),
    ],
)
def test_types_that_the_published_pages_mix_up_are_read_either_way(
    service: Service, path: str, field: str, sent: Any, taken: Any
) -> None:
    body = json.dumps(GOOD[path] | {field: sent}, separators=(",", ":"))
    assert service.post(path, body, CLIENT.headers(path, body))[0] == 200
    assert getattr(service.calls[0].request, field) == taken


def test_partner_and_code_come_in_one_read(service: Service) -> None:
    service.post(STATUS, BODY, CLIENT.headers(STATUS, BODY, {"authorization": "Payment abc"}))
    assert service.reads == [(CLIENT.client_code, [(REDEEM_CODE, {"redeem_code": "GHOPNYXUVMT0"})])]
    (call,) = service.calls
    assert call.items == [{"key": {"pk": "REDEEM#GHOPNYXUVMT0", "sk": "CODE"}}]
    assert call.headers["authorization"] == "Payment abc"
    assert call.partner is service.partners[CLIENT.client_code]


# problems of commands ---------------------------------------------------------------------------------------------
class AlreadyUsed(Conflict):
    slug = "already-used-in-this-test"
    detail_id = "Kode {code} sudah dipakai."


@pytest.mark.parametrize(
    ("problem", "status", "code", "message"),
    [
        (AlreadyUsed(code="X"), 400, "ERRTRX40002", "Kode X sudah dipakai."),
        (NotFound(), 400, "ERRTRX40001", "Tidak ada data yang dapat Anda lihat di sini. Periksa alamat dan nomornya."),
        (
            NotAllowed(),
            400,
            "ERRTRX40003",
            "Akun Anda tidak memiliki hak ini. Mintalah kepada pengelola hak akses bila memerlukannya.",
        ),
        (BadRequest(), 400, "ERRREQ40003", "Periksa permintaan dengan dokumentasi API ini."),
        (
            TooMany(retry_after=60),
            429,
            "ERRREQ42901",
            "Tunggu, lalu coba lagi; 'Retry-After' menyebut jumlah detiknya.",
        ),
        (Unavailable(retry_after=5), 503, "ERRSYS50301", "Layanan sedang tidak tersedia. Coba lagi nanti."),
        (Problem(secret="X"), 500, "ERRSYS50001", "Terjadi kesalahan di sistem kami. Coba lagi nanti."),
        (KeyError("secret"), 500, "ERRSYS50001", "Terjadi kesalahan di sistem kami. Coba lagi nanti."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_problem_becomes_an_envelope(
    service: Service, problem: Exception, status: int, code: str, message: str
) -> None:
    service.raises = problem
    response = service.respond(event(STATUS, CLIENT.headers(STATUS, BODY, {"x-correlation-id": "c-1"}), BODY))
    expected = {"code": code, "message": message, "success": False}
    assert response["statusCode"] == status
    assert json.loads(response["body"]) == (expected | {"correlation_id": "c-1"} if status >= 500 else expected)
    assert list(json.loads(response["body"]))[:3] == ["code", "message", "success"]
    retry_after = getattr(problem, "retry_after", None)
    assert response["headers"].get("retry-after") == (str(retry_after) if retry_after else None)


def test_a_failing_read_is_a_failure_in_json_too(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "load", lambda *_: (_ for _ in ()).throw(OSError("table gone")))
    status, answer = service.post(STATUS, BODY, CLIENT.headers(STATUS, BODY))
    assert (status, answer["success"]) == (500, False)
    assert "table" not in answer["message"]


def test_an_event_that_is_none_of_ours_is_still_answered(service: Service) -> None:
    assert service.respond({})["statusCode"] == 500


@pytest.mark.parametrize(
    ("given", "answered"), [("abc-1", "abc-1"), ("a b\n", "request-1"), ("x" * 65, "request-1"), (None, "request-1")]
)
def test_the_correlation_id_comes_back(service: Service, given: str | None, answered: str) -> None:
    headers = CLIENT.headers(STATUS, BODY, {"x-correlation-id": given})
    assert service.respond(event(STATUS, headers, BODY))["headers"]["x-correlation-id"] == answered


# codes ------------------------------------------------------------------------------------------------------------
def test_codes_are_unique_and_follow_the_pattern() -> None:
    codes = [row.code for row in CODES.values()]
    assert len(set(codes)) == len(codes)
    for row in CODES.values():
        if not row.code.startswith("ERROAUTH"):  # published, and of another shape
            assert row.code[6:9] == str(row.status)
            assert len(row.code) == 11


def test_every_problem_has_a_code() -> None:
    for problem in all_problems():
        row = code_of(problem)
        assert row.status in (400, 401, 404, 405, 413, 429, 500, 503)


def test_a_request_model_never_repeats_what_was_sent() -> None:
    with pytest.raises(Problem) as refused:
        read(StatusRequest, {"redeem_code": "SECRET#1", "sequence": "SECRET"})
    assert "SECRET" not in str(refused.value) + str(refused.value.facts) + str(refused.value.text("id"))
