"""The frame of our APIs: who before what, true errors, an honest document."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import BaseModel, ConfigDict

from prakerja.platform.http import Api, IdempotencyKey, authoriser, public
from prakerja.platform.problems import Conflict, NotSignedIn
from prakerja.platform.rupiah import Rupiah

router = Router()


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: Rupiah
    note: str = ""


class Receipt(BaseModel):
    amount: Rupiah


class Full(Conflict):
    slug = "full"
    detail = "No seat is left in {wave}."
    detail_id = "Tidak ada kursi tersisa di {wave}."


@authoriser
def member(request: Request) -> str:
    if request.headers.get("authorization") != "Bearer good":
        raise NotSignedIn
    return "p1"


@router.post("/v1/orders", status_code=201)
def order(body: Order, who: Annotated[str, Depends(member)], key: IdempotencyKey) -> Receipt:
    """Order something."""
    if body.note == "full":
        raise Full(wave="w1")
    if body.note == "boom":
        raise RuntimeError("secret detail")
    return Receipt(amount=body.amount)


@router.get("/v1/open/<thing_id>")
@public
def anybody(thing_id: str) -> Receipt:
    """Anybody may look."""
    if thing_id == "boom-0f3c":
        raise RuntimeError("secret detail")
    return Receipt(amount=len(thing_id))


api = Api("test", "Test", "A test API.", [router])


def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[dict[str, Any], Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", **named},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
    answer = api(event, None)
    text = answer["body"]
    return answer, json.loads(text) if "json" in str(answer["headers"].get("Content-Type")) else text


GOOD = {"authorization": "Bearer good", "idempotency_key": "k1"}


def test_a_good_request() -> None:
    answer, body = call("POST", "/v1/orders", {"amount": 5}, **GOOD)
    assert (answer["statusCode"], body) == (201, {"amount": 5})
    assert answer["headers"]["x-correlation-id"]


def test_the_correlation_id_is_kept_if_it_is_sane() -> None:
    answer, _ = call("GET", "/v1/open/abc", x_correlation_id="12345678-abcd")
    assert answer["headers"]["x-correlation-id"] == "12345678-abcd"
    answer, _ = call("GET", "/v1/open/abc", x_correlation_id="<script>alert</script>")
    assert "<" not in answer["headers"]["x-correlation-id"]


@pytest.mark.parametrize("body", ["{", "[]", "null", "", '"x"', "[" * 100_000, {"amount": "x"}])
def test_who_is_asked_before_what(body: Any) -> None:
    answer, problem = call("POST", "/v1/orders", body)
    assert answer["statusCode"] == 401
    assert problem["type"].endswith("/not-signed-in")


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ("{", 400, "malformed-request"),
        ("[]", 400, "malformed-request"),
        ("", 400, "malformed-request"),
        ("[" * 100_000, 400, "malformed-request"),
        ("x" * 300_000, 413, "too-large"),
        ({}, 422, "invalid-input"),
        ({"amount": "5"}, 422, "invalid-input"),
        ({"amount": 5.0}, 422, "invalid-input"),
        ({"amount": True}, 422, "invalid-input"),
        ({"amount": -1}, 422, "invalid-input"),
        ({"amount": 5, "more": 1}, 422, "invalid-input"),
        ({"amount": 5, "note": "full"}, 409, "full"),
        ({"amount": 5, "note": "boom"}, 500, "unexpected"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(body: Any, status: int, slug: str) -> None:
    answer, problem = call("POST", "/v1/orders", body, **GOOD)
    assert (answer["statusCode"], problem["type"].rsplit("/", 1)[-1]) == (status, slug)
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["correlation_id"] == answer["headers"]["x-correlation-id"]
    assert "secret" not in answer["body"]


def test_a_mistake_of_ours_is_logged_by_its_route(caplog: pytest.LogCaptureFixture) -> None:
    """An id in a path may be all that it takes to act; the log is read by people who may not."""
    assert call("GET", "/v1/open/boom-0f3c")[0]["statusCode"] == 500
    (line,) = [line for line in caplog.records if line.getMessage() == "unforeseen"]
    assert line.__dict__["route"] == "/v1/open/{thing_id}"
    assert "0f3c" not in str(line.__dict__)


def test_field_errors_speak_both_languages() -> None:
    _, problem = call("POST", "/v1/orders", {"amount": -1, "more": 2}, **GOOD)
    assert {e["where"]: e["what"] for e in problem["errors"]} == {
        "body.amount": "paling kecil 0",
        "body.more": "tidak dikenal; hapus isian ini",
    }
    _, problem = call("POST", "/v1/orders", {"amount": 5, "note": "full"}, accept_language="en-GB", **GOOD)
    assert problem["detail"] == "No seat is left in w1."


def test_wrong_method_and_unknown_path_differ() -> None:
    answer, _ = call("DELETE", "/v1/orders")
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "POST")
    assert call("GET", "/v1/nowhere")[0]["statusCode"] == 404


def test_a_missing_idempotency_key_is_named() -> None:
    answer, problem = call("POST", "/v1/orders", {"amount": 5}, authorization="Bearer good")
    assert answer["statusCode"] == 422
    assert problem["errors"][0]["where"].lower() == "header.idempotency-key"


def test_form_bodies_are_refused() -> None:
    assert (
        call("POST", "/v1/orders", "amount=5", **{**GOOD, "content_type": "application/x-www-form-urlencoded"})[0][
            "statusCode"
        ]
        == 415
    )


def test_the_document_is_true() -> None:
    document = api.openapi()
    assert document["openapi"].startswith("3.1")
    post = document["paths"]["/v1/orders"]["post"]
    assert post["security"] == [{"bearer": []}]
    assert {"201", "400", "401", "403", "413", "415", "422", "500", "503"} == set(post["responses"])
    assert "security" not in document["paths"]["/v1/open/{thing_id}"]["get"]
    assert "HTTPValidationError" not in json.dumps(document)
    page, text = call("GET", "/docs/test")
    assert page["statusCode"] == 200
    assert "swagger" in text.lower()
