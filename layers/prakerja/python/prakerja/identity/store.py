"""Identity's share of a person: the check on the hot STATE item, the claim on the sealed IDENTITY item, the NIK guard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.identity.answers import RegistryRecord
from prakerja.identity.errors import CheckUnderWay
from prakerja.identity.model import IdentityCheck, IdentityStatus
from prakerja.platform import Platform
from prakerja.platform.access_patterns import GUARD, PERSON_STATE
from prakerja.platform.parts import NOT_DUE, Part, due, put_new, update
from prakerja.platform.problems import Conflict, Problem, Reaction
from prakerja.registration import open_fields, person_from_item, seal_fields

CLAIM = ("nik", "family_card_number", "full_name", "birth_date", "mother_name")
DUE_KIND = "IDENTITY"


class Outdated(Conflict):
    """The check moved on while we worked: somebody else has done it, or a newer one has begun. Nothing is left to do."""

    slug, reaction = "identity-check-outdated", Reaction.DUPLICATE


def check_from_item(item: Mapping[str, Any]) -> IdentityCheck:
    """The check as stored on a STATE item."""
    status = item.get("identity_status")
    return IdentityCheck(
        status=IdentityStatus(status) if status else None,
        number=item.get("identity_number", 0),
        day=item.get("identity_day", ""),
        today=item.get("identity_today", 0),
        attempts=item.get("identity_attempts", 0),
        checked_at=item.get("identity_checked_at"),
        warnings=tuple(item.get("identity_warnings", ())),
        contacts_proven=person_from_item("", item).contacts_proven,
    )


def load_claim(p: Platform, person_id: str) -> RegistryRecord:
    """What the person claims to be, in clear."""
    fields = open_fields(p, person_id, CLAIM)
    return RegistryRecord(
        nik=fields["nik"],
        family_card_number=fields["family_card_number"],
        full_name=fields["full_name"],
        birth_date=date.fromisoformat(fields["birth_date"]),
        mother_name=fields["mother_name"],
    )


def submitted(
    p: Platform,
    person_id: str,
    before: IdentityCheck,
    after: IdentityCheck,
    record: RegistryRecord,
    region: str,
    wake_at: str,
) -> tuple[Part, ...]:
    """Seal the claim and begin the check; due at ``wake_at`` in case its message is lost."""
    claim = {
        "nik": record.nik,
        "family_card_number": record.family_card_number,
        "full_name": record.full_name,
        "birth_date": record.birth_date.isoformat(),
        "mother_name": record.mother_name,
    }
    changes = {
        "identity_day": after.day,
        "identity_today": after.today,
        "identity_warnings": list(after.warnings),
        "region": region,
        **_status(after),
        **due(DUE_KIND, person_id, wake_at),
    }
    return (
        _change(person_id, changes, (), _is(before), CheckUnderWay(retry_after=60)),
        seal_fields(p, person_id, claim),
    )


def waiting(person_id: str, before: IdentityCheck, after: IdentityCheck, next_at: str) -> Part:
    """Still pending; asked again at ``next_at``."""
    return _change(person_id, {**_status(after), **due(DUE_KIND, person_id, next_at)}, (), _is(before), Outdated())


def judged(
    person_id: str, before: IdentityCheck, after: IdentityCheck, digests: Mapping[str, str] | None = None
) -> Part:
    """The verdict; ``digests`` (``nik_digest``, ``family_digest``) only for a verified person."""
    return _change(person_id, {**_status(after), **(digests or {})}, NOT_DUE, _is(before), Outdated())


def nik_guards(p: Platform, person_id: str, nik: str, taken: Problem) -> tuple[Part, ...]:
    """One account per NIK: a guard under every active key, or ``taken`` if somebody else has it."""
    return tuple(
        put_new(GUARD, {"person_id": person_id}, error=taken, fingerprint=person_id, kind="NIK", digest=digest)
        for digest in p.guarded().digests("NIK", nik)
    )


def _status(check: IdentityCheck) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "identity_status": str(check.status),
        "identity_number": check.number,
        "identity_attempts": check.attempts,
    }
    if check.checked_at:
        stored["identity_checked_at"] = check.checked_at
    return stored


def _is(check: IdentityCheck) -> Any:
    if check.number == 0:
        return Attr("identity_number").not_exists()
    return Attr("identity_number").eq(check.number) & Attr("identity_status").eq(str(check.status))


def _change(person_id: str, changes: dict[str, Any], remove: tuple[str, ...], when: Any, error: Problem) -> Part:
    return update(PERSON_STATE, set=changes, remove=remove, when=when, error=error, person_id=person_id)
