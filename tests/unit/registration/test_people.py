"""A person's two halves: what is hot and readable, what is sealed."""

from __future__ import annotations

from datetime import date

import pytest

from prakerja.platform.access_patterns import PERSON_IDENTITY, PERSON_STATE
from prakerja.platform.parts import update
from prakerja.platform.problems import Conflict, NotFound
from prakerja.platform.vault import Unreadable
from prakerja.registration import change_person, load_person, open_fields, person_from_item, seal_fields
from tests.support.sign_in import PHONE, SignIn


def test_sealed_fields_come_back_and_lie_unreadable(budi: SignIn) -> None:
    person_id = budi.session().person_id
    budi.world.table.commit(seal_fields(budi.p, person_id, {"full_name": "Budi Santoso", "nik": "3276055708909999"}))
    names = ["full_name", "nik", "phone", "mother_name"]
    fields = open_fields(budi.p, person_id, names)
    assert fields == {"full_name": "Budi Santoso", "nik": "3276055708909999", "phone": PHONE}
    item = budi.world.table.get(PERSON_IDENTITY, person_id=person_id)
    assert "Budi" not in repr(item)
    state = budi.world.table.get(PERSON_STATE, person_id=person_id)
    assert all(not isinstance(value, bytes) for value in (state or {}).values())


def test_a_sealed_field_cannot_be_moved_to_another_person(budi: SignIn) -> None:
    one, other = budi.session(), budi.session(address="+6281234567891")
    stolen = budi.world.table.get(PERSON_IDENTITY, person_id=one.person_id)
    assert stolen is not None
    fields = {name: stolen[name] for name in ("person_key", "sealed_phone")}
    budi.world.table.commit(update(PERSON_IDENTITY, set=fields, person_id=other.person_id))
    with pytest.raises(Unreadable):
        open_fields(budi.p, other.person_id, ["phone"])


def test_nothing_is_sealed_with_a_key_that_was_destroyed(budi: SignIn) -> None:
    person_id = budi.session().person_id
    part = seal_fields(budi.p, person_id, {"full_name": "Budi"})
    budi.world.table.commit(update(PERSON_IDENTITY, set={"erased": True}, remove=["person_key"], person_id=person_id))
    with pytest.raises(NotFound):
        budi.world.table.commit(part)


def test_a_person_reads_back_as_identity_left_them(budi: SignIn) -> None:
    person_id = budi.session().person_id
    verified = {
        "identity_status": "VERIFIED",
        "nik_digest": "h1.aa",
        "family_digest": "h1.bb",
        "birth_date": "1990-08-17",
        "region": "3276",
    }
    budi.world.table.commit(change_person(person_id, set=verified))
    person = load_person(budi.world.table, person_id)
    assert person.identity_verified
    assert (person.birth_date, person.region, person.nik_digest) == (date(1990, 8, 17), "3276", "h1.aa")
    assert person_from_item(person_id, budi.world.table.get(PERSON_STATE, person_id=person_id) or {}) == person


def test_there_is_no_nobody(budi: SignIn) -> None:
    with pytest.raises(NotFound):
        load_person(budi.world.table, "nobody")
    with pytest.raises(NotFound):
        open_fields(budi.p, "nobody", ["phone"])
    with pytest.raises(NotFound):
        seal_fields(budi.p, "nobody", {"phone": PHONE})
    with pytest.raises(Conflict):
        budi.world.table.commit(change_person("nobody", set={"region": "3276"}))
