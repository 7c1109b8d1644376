"""Only an answer that is fully understood decides about a face; everything else is Unavailable."""

from __future__ import annotations

import base64
import json

import pytest

from prakerja.gateways.face_check import HttpFaceCheck
from prakerja.platform.problems import Unavailable
from prakerja.training.ports import FaceOutcome

from .conftest import Script, Stub, drip, half, reset, silence

NIK = "3276055708909999"
PHOTO = b"\xff\xd8\xff a face"


def ask(stub: Stub) -> FaceOutcome:
    check = HttpFaceCheck(stub.url, "key", connect_seconds=0.2, read_seconds=0.2)
    return check.match(person_id="p-1", nik=NIK, photo=PHOTO)


@pytest.mark.parametrize("outcome", FaceOutcome)
def test_asks_once_with_the_key_the_pseudonym_the_number_and_the_photo(stub: Stub, outcome: FaceOutcome) -> None:
    stub.answer(200, json.dumps({"result": outcome.value}))
    assert ask(stub) is outcome
    (request,) = stub.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/match ")
    assert b"x-api-key: key" in head
    assert json.loads(body) == {"subject": "p-1", "nik": NIK, "photo": base64.b64encode(PHOTO).decode()}


@pytest.mark.parametrize(
    "body",
    ["not json", "{}", "[]", '{"result": null}', '{"result": "match"}', '{"result": "MAYBE"}', '{"result": ["MATCH"]}',
     '{"result": true}', '{"result": {"MATCH": 1}}', "x" * 5000],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_unavailable_never_no_match(stub: Stub, body: str) -> None:
    stub.answer(200, body)
    with pytest.raises(Unavailable):
        ask(stub)
    assert len(stub.requests) == 1


@pytest.mark.parametrize("status", [201, 302, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503])
def test_another_status_is_unavailable_whatever_it_says(stub: Stub, status: int) -> None:
    stub.answer(status, '{"result": "NO_MATCH"}', "retry-after: 7")
    with pytest.raises(Unavailable) as caught:
        ask(stub)
    assert caught.value.retry_after == 7
    assert NIK not in str(caught.value)
    assert len(stub.requests) == 1


@pytest.mark.parametrize("script", [silence, drip, reset, half])
def test_silence_and_broken_connections_are_unavailable_and_not_repeated(stub: Stub, script: Script) -> None:
    stub.script = script
    with pytest.raises(Unavailable):
        ask(stub)
    assert len(stub.requests) == 1
