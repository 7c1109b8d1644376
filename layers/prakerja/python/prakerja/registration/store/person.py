"""A person's two halves, the guards on their addresses, and the devices they signed in on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.platform import Platform
from prakerja.platform.access_patterns import GUARD, KNOWN_DEVICE, PERSON_IDENTITY, PERSON_STATE
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.parts import Item, Part, put, put_new, update
from prakerja.platform.problems import NotFound, Problem
from prakerja.platform.table import Table
from prakerja.registration.errors import ContactAlreadyProven
from prakerja.registration.model.address import Channel
from prakerja.registration.model.education import Education
from prakerja.registration.model.person import Person

_SEALED = "sealed_"


# a person -------------------------------------------------------------------------------------------------------------
def person_from_item(person_id: str, item: Mapping[str, Any]) -> Person:
    """A person as stored on their STATE item."""
    birth_date = item.get("birth_date")
    return Person(
        person_id=person_id,
        phone_proven=item.get("phone_proven", False),
        email_proven=item.get("email_proven", False),
        created_at=from_text(item["created_at"]),
        identity_status=item.get("identity_status"),
        nik_digest=item.get("nik_digest"),
        family_digest=item.get("family_digest"),
        birth_date=date.fromisoformat(birth_date) if birth_date else None,
        region=item.get("region"),
    )


def load_person(table: Table, person_id: str) -> Person:
    """One person. Raises NotFound."""
    item = table.get(PERSON_STATE, person_id=person_id)
    if item is None:
        raise NotFound
    return person_from_item(person_id, item)


def change_person(
    person_id: str,
    *,
    set: Mapping[str, Any],  # noqa: A002 - DynamoDB's own word
    remove: Sequence[str] = (),
    when: ConditionBase | None = None,
    error: Problem | None = None,
) -> Part:
    """Change the STATE item of an existing person."""
    return update(PERSON_STATE, set=set, remove=remove, when=when, error=error, person_id=person_id)


def open_fields(p: Platform, person_id: str, names: Iterable[str]) -> dict[str, str]:
    """Sealed fields in clear, those of ``names`` that the person has. Raises NotFound if there is no such person."""
    item = p.table.get(PERSON_IDENTITY, person_id=person_id)
    if item is None:
        raise NotFound
    return opened(p, person_id, item, names)


def opened(p: Platform, person_id: str, identity: Item, names: Iterable[str]) -> dict[str, str]:
    """The same for an IDENTITY item that was loaded already."""
    key = identity["person_key"]
    return {
        name: p.opened().open(person_id, key, name, identity[_SEALED + name])
        for name in names
        if _SEALED + name in identity
    }


def seal_fields(p: Platform, person_id: str, fields: Mapping[str, str]) -> Part:
    """Seal fields onto the IDENTITY item; fails if the person's key was destroyed meanwhile. Raises NotFound."""
    item = p.table.get(PERSON_IDENTITY, person_id=person_id)
    if item is None:
        raise NotFound
    key = item["person_key"]
    same_key = Attr("person_key").eq(key)
    return update(
        PERSON_IDENTITY, set=_sealed(p, person_id, key, fields), when=same_key, error=NotFound(), person_id=person_id
    )


def last_education(identity: Item | None) -> Education | None:
    """The last education on a loaded IDENTITY item; None if it was not given. It is kept in clear: it names nobody."""
    level = identity.get("last_education") if identity else None
    return Education(level) if level else None


def last_education_part(person_id: str, education: Education) -> Part:
    """Keep somebody's last education. Error: NotFound."""
    return update(PERSON_IDENTITY, set={"last_education": education.value}, error=NotFound(), person_id=person_id)


def new_person(
    p: Platform, person_id: str, channel: Channel, address: str, device: str, now: datetime
) -> tuple[Part, ...]:
    """The two halves of a person who has proven one address on a device, which is known from then on."""
    key = p.opened().new_person_key(person_id)
    state = {f"{channel.lower()}_proven": True, "created_at": to_text(now), "first_device": device}
    identity = {"person_key": key, **_sealed(p, person_id, key, {channel.lower(): address})}
    return (
        put_new(PERSON_STATE, state, person_id=person_id),
        put_new(PERSON_IDENTITY, identity, person_id=person_id),
    )


def prove_contact(p: Platform, person_id: str, channel: Channel, address: str) -> tuple[Part, ...]:
    """Add the first proven address of a channel to an existing person, or ContactAlreadyProven."""
    flag = f"{channel.lower()}_proven"
    not_yet = Attr(flag).not_exists()
    return (
        change_person(person_id, set={flag: True}, when=not_yet, error=ContactAlreadyProven()),
        seal_fields(p, person_id, {channel.lower(): address}),
    )


def claim_address(person_id: str, channel: Channel, digests: Iterable[str], taken: Problem) -> tuple[Part, ...]:
    """One account per address: a guard under every active key, or ``taken`` if somebody else has it."""
    return tuple(
        put_new(GUARD, {"person_id": person_id}, error=taken, fingerprint=person_id, kind=channel.value, digest=digest)
        for digest in digests
    )


def load_account(
    table: Table, channel: Channel, digests: Sequence[str], device: str, person_id: str | None
) -> tuple[Person | None, bool]:
    """Whose address it is (or the given person), and whether they have signed in on this device before."""
    if person_id is None:
        guards = table.batch_get(*((GUARD, {"kind": channel.value, "digest": digest}) for digest in digests))
        person_id = next((guard["person_id"] for guard in guards if guard), None)
    if person_id is None:
        return None, False
    state, known = table.batch_get(
        (PERSON_STATE, {"person_id": person_id}), (KNOWN_DEVICE, {"person_id": person_id, "digest": device})
    )
    if state is None:
        raise NotFound
    return person_from_item(person_id, state), known is not None or state.get("first_device") == device


def signed_in_before(table: Table, channel: Channel, digests: Sequence[str], device: str) -> bool:
    """Whether the holder of an address has signed in on this device. As many reads whether or not it has a holder."""
    guards = table.batch_get(*((GUARD, {"kind": channel.value, "digest": digest}) for digest in digests))
    person = {"person_id": next((guard["person_id"] for guard in guards if guard), "nobody")}
    state, known = table.batch_get((PERSON_STATE, person), (KNOWN_DEVICE, {**person, "digest": device}))
    return known is not None or (state or {}).get("first_device") == device


def know_device(person_id: str, device: str, now: datetime) -> Part:
    """Remember that this person signed in on this device too."""
    return put(KNOWN_DEVICE, {"since": to_text(now)}, person_id=person_id, digest=device)


def _sealed(p: Platform, person_id: str, key: str, fields: Mapping[str, str]) -> dict[str, bytes]:
    return {_SEALED + name: p.opened().seal(person_id, key, name, text) for name, text in fields.items()}
