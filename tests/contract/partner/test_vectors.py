"""The published and recomputed signature vectors: what existing clients send must be believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prakerja.partners.errors import BadSignature
from prakerja.partners.signature import sign, verify
from prakerja.partners.wire import EMPTY, ParsedBody, canonical_paths, parse

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "signature-vectors.json").read_text())
EACH = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])


def believed(vector: dict[str, Any], *, path: str | None = None, wire: str | None = None) -> ParsedBody:
    """Verify a vector's signature over its (or another) wire body and path; answers what was believed."""
    wire_body = vector["wire_body"] if wire is None else wire
    parsed = parse(wire_body.encode()) if wire_body else EMPTY
    verify(
        [vector["key"].encode()],
        vector["client_code"],
        str(vector["timestamp"]),
        vector["method"],
        canonical_paths(path or vector["path"]),
        parsed,
        vector["signature"],
        datetime.fromtimestamp(vector["timestamp"], UTC),
    )
    return parsed


@EACH
def test_we_sign_like_the_vector(vector: dict[str, Any]) -> None:
    given = sign(
        vector["key"].encode(),
        vector["client_code"],
        vector["timestamp"],
        vector["method"],
        vector["path"],
        vector["signed_body"],
    )
    assert given == vector["signature"]


@EACH
def test_what_the_client_sends_is_believed(vector: dict[str, Any]) -> None:
    assert believed(vector).text == vector["wire_body"]


@EACH
@pytest.mark.parametrize("spoil", ["/{}", "{}/", "/{}/", "//{}//"])
def test_slashes_doubled_or_trailing_are_believed(vector: dict[str, Any], spoil: str) -> None:
    believed(vector, path=spoil.format(vector["path"]))


@EACH
def test_the_signed_form_sent_as_it_is_is_believed(vector: dict[str, Any]) -> None:
    believed(vector, wire=vector["signed_body"])


@EACH
@pytest.mark.parametrize("field", ["key", "client_code", "timestamp", "path", "method"])
def test_a_vector_with_one_thing_changed_is_refused(vector: dict[str, Any], field: str) -> None:
    other = vector[field] + 1 if field == "timestamp" else vector[field] + "x"
    with pytest.raises(BadSignature):
        believed(vector | {field: other})


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["wire_body"]], ids=lambda vector: vector["name"])
def test_a_vector_with_another_meaning_is_refused(vector: dict[str, Any]) -> None:
    data = json.loads(vector["wire_body"])
    first = next(iter(data))
    for changed in (
        {**data, first: data[first] + "x"},
        {**data, "extra": 1},
        dict(reversed([*data.items(), ("z", 0)])),
    ):
        with pytest.raises(BadSignature):
            believed(vector, wire=json.dumps(changed))


def test_the_vectors_are_all_here() -> None:
    assert len(VECTORS) == 18
    assert {"official-published-commit", "tpm-submission-php-escaped-slash"} <= {one["name"] for one in VECTORS}
