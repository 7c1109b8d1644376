"""The civil registry (Dukcapil): fulfils `prakerja.identity.ports.CivilRegistry`.

The registry compares and never shows a record: per field ``SESUAI`` or ``TIDAK SESUAI``, or one answer about the whole
record (not found, deceased, duplicate), or the status with which it refuses a record as it is written. Whatever else comes,
even a new word of its own, is "unavailable": only an answer that we fully understand may decide about a person.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from prakerja.gateways.http import Endpoint, HttpAnswer, post_json
from prakerja.identity.answers import RegistryAnswer, RegistryOutcome, RegistryRecord

COMPARED: Final = ("family_card_number", "full_name", "birth_date", "mother_name")
_AGREES: Final = {"SESUAI": True, "TIDAK SESUAI": False}
_WHOLE_RECORD: Final = {
    "NOT_FOUND": RegistryOutcome.NOT_FOUND,
    "DECEASED": RegistryOutcome.DECEASED,
    "DUPLICATE": RegistryOutcome.DUPLICATE,
}
_REFUSED_AS_WRITTEN: Final = {400, 413, 422}
"""Speaks of this record. 401, 403, 404 and 429 speak of us, so the check waits until that is put right."""


class HttpCivilRegistry:
    """Asks over HTTP with an API key."""

    def __init__(self, base_url: str, api_key: str, *, connect_seconds: float = 2.0, read_seconds: float = 5.0) -> None:
        self._endpoint = Endpoint(
            "civil registry",
            base_url,
            headers={"x-api-key": api_key},
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
        )

    def verify(self, record: RegistryRecord) -> RegistryAnswer:
        """See the port. A refused key or address is our own mistake, never the person's: it is "unavailable" too."""
        answer = post_json(
            self._endpoint,
            "/v1/verify",
            {
                "nik": record.nik,
                "family_card_number": record.family_card_number,
                "full_name": record.full_name,
                "birth_date": record.birth_date.isoformat(),
                "mother_name": record.mother_name,
            },
        )
        if answer.status in _REFUSED_AS_WRITTEN:
            return RegistryAnswer(RegistryOutcome.REFUSED)
        if answer.status != 200:
            raise answer.unavailable("no verdict")
        return _verdict(answer)


def _verdict(answer: HttpAnswer) -> RegistryAnswer:
    document = answer.json()
    result = document.get("result")
    if result == "FOUND":
        return _comparison(answer, document.get("fields"))
    if isinstance(result, str) and result in _WHOLE_RECORD:
        return RegistryAnswer(_WHOLE_RECORD[result])
    raise answer.unavailable("an unknown result")


def _comparison(answer: HttpAnswer, words: object) -> RegistryAnswer:
    if not isinstance(words, dict) or any(str(words.get(name)) not in _AGREES for name in COMPARED):
        raise answer.unavailable("an unknown comparison")
    fields = MappingProxyType({name: _AGREES[words[name]] for name in COMPARED})
    if all(fields.values()):
        return RegistryAnswer(RegistryOutcome.MATCH, fields)
    return RegistryAnswer(RegistryOutcome.PARTIAL if any(fields.values()) else RegistryOutcome.NO_MATCH, fields)
