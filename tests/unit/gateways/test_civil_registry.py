"""Only an answer that is fully understood decides about a person; everything else is Unavailable."""

from __future__ import annotations

import json
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.gateways.civil_registry import COMPARED, HttpCivilRegistry
from prakerja.gateways.http import Endpoint, HttpAnswer
from prakerja.identity.answers import RegistryAnswer, RegistryOutcome, RegistryRecord
from prakerja.platform.problems import Unavailable

from .conftest import Stub

RECORD = RegistryRecord(
    nik="3276055708909999",
    family_card_number="3276050101159998",
    full_name="Nur'aini Kenari",
    birth_date=date(1990, 8, 17),
    mother_name="Siti Kenari",
)
AGREES = dict.fromkeys(COMPARED, "SESUAI")
DISAGREES = dict.fromkeys(COMPARED, "TIDAK SESUAI")


def ask(stub: Stub) -> RegistryAnswer:
    return HttpCivilRegistry(stub.url, "key", read_seconds=0.2).verify(RECORD)


def test_asks_with_the_key_and_the_whole_record(stub: Stub) -> None:
    stub.answer(200, json.dumps({"result": "FOUND", "fields": AGREES}))
    assert ask(stub) == RegistryAnswer(RegistryOutcome.MATCH, dict.fromkeys(COMPARED, True))
    head, _, body = stub.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/verify ")
    assert b"x-api-key: key" in head
    assert json.loads(body) == {
        "nik": "3276055708909999",
        "family_card_number": "3276050101159998",
        "full_name": "Nur'aini Kenari",
        "birth_date": "1990-08-17",
        "mother_name": "Siti Kenari",
    }


@pytest.mark.parametrize(
    ("document", "outcome"),
    [
        ({"result": "FOUND", "fields": AGREES}, RegistryOutcome.MATCH),
        ({"result": "FOUND", "fields": {**AGREES, "mother_name": "TIDAK SESUAI"}}, RegistryOutcome.PARTIAL),
        ({"result": "FOUND", "fields": {**DISAGREES, "birth_date": "SESUAI"}}, RegistryOutcome.PARTIAL),
        ({"result": "FOUND", "fields": DISAGREES}, RegistryOutcome.NO_MATCH),
        ({"result": "NOT_FOUND"}, RegistryOutcome.NOT_FOUND),
        ({"result": "DECEASED", "remark": "Meninggal Dunia"}, RegistryOutcome.DECEASED),
        ({"result": "DUPLICATE"}, RegistryOutcome.DUPLICATE),
    ],
)
def test_each_answer_has_one_meaning(stub: Stub, document: object, outcome: RegistryOutcome) -> None:
    stub.answer(200, json.dumps(document))
    assert ask(stub).outcome is outcome


def test_tells_which_field_disagrees(stub: Stub) -> None:
    stub.answer(200, json.dumps({"result": "FOUND", "fields": {**AGREES, "mother_name": "TIDAK SESUAI"}}))
    assert [name for name, agrees in ask(stub).fields.items() if not agrees] == ["mother_name"]


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "{}",
        '{"result": "FOUND"}',
        '{"result": "FOUND", "fields": []}',
        json.dumps({"result": "FOUND", "fields": {**AGREES, "full_name": "MUNGKIN"}}),
        json.dumps({"result": "FOUND", "fields": {**AGREES, "full_name": None}}),
        json.dumps({"result": "FOUND", "fields": dict.fromkeys(COMPARED[1:], "SESUAI")}),
        '{"result": "MOVED_ABROAD"}',
        '{"result": ["NOT_FOUND"]}',
    ],
)
def test_an_answer_that_makes_no_sense_is_unavailable_never_failed(stub: Stub, body: str) -> None:
    stub.answer(200, body)
    with pytest.raises(Unavailable):
        ask(stub)


@pytest.mark.parametrize("status", [201, 204, 302, 401, 403, 404, 409, 429, 500, 502, 503])
def test_another_status_is_unavailable_whatever_it_says(stub: Stub, status: int) -> None:
    stub.answer(status, '{"result": "NOT_FOUND"}' if status != 204 else b"")
    with pytest.raises(Unavailable) as caught:
        ask(stub)
    assert RECORD.nik not in str(caught.value)


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize("body", ['{"result": "FOUND"}', "<html>", ""])
def test_a_record_that_is_refused_as_it_is_written_is_an_answer(stub: Stub, status: int, body: str) -> None:
    """Asking again would be refused again, and the person could correct nothing meanwhile."""
    stub.answer(status, body)
    assert ask(stub) == RegistryAnswer(RegistryOutcome.REFUSED)


def test_a_record_does_not_show_itself() -> None:
    assert repr(RECORD) == "RegistryRecord()"


WORDS = st.sampled_from(["SESUAI", "TIDAK SESUAI", "sesuai", "", "MUNGKIN", None, True, 1])
FIELDS = st.dictionaries(st.sampled_from([*COMPARED, "nik"]), WORDS) | st.fixed_dictionaries(
    dict.fromkeys(COMPARED, st.sampled_from(["SESUAI", "TIDAK SESUAI"]))
)
DOCUMENTS = st.fixed_dictionaries(
    {"result": st.sampled_from(["FOUND", "NOT_FOUND", "DECEASED", "BARU"]), "fields": FIELDS}
)


@given(body=DOCUMENTS.map(lambda document: json.dumps(document).encode()) | st.binary(max_size=200))
def test_any_body_is_an_answer_or_unavailable_and_match_needs_every_field(body: bytes) -> None:
    answer = HttpAnswer(Endpoint("stub", ""), 200, {}, body)
    with patch("prakerja.gateways.civil_registry.post_json", return_value=answer):
        try:
            verdict = HttpCivilRegistry("", "").verify(RECORD)
        except Unavailable:
            return
    said = json.loads(body)
    if verdict.outcome is RegistryOutcome.MATCH:
        assert [said["fields"][name] for name in COMPARED] == ["SESUAI"] * 4
    if verdict.outcome in (RegistryOutcome.PARTIAL, RegistryOutcome.NO_MATCH):
        assert "TIDAK SESUAI" in said["fields"].values()
