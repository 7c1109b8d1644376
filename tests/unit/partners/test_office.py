"""What the office does with partners: rotate keys, change terms, suspend and resume; what a request leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from prakerja.partners import (
    Caller,
    KeyRing,
    PartnerExists,
    PartnerKind,
    PartnerUnknown,
    add_sign_key,
    find_caller,
    note_use,
    register_partner,
    spend_nonce,
)
from prakerja.partners.errors import (
    BadSignature,
    CommissionTooHigh,
    ContractEndsFirst,
    LastKey,
    NotSuspended,
    TwoKeysActive,
)
from prakerja.partners.model import with_terms
from prakerja.partners.service.registering import change_terms
from prakerja.partners.service.rotating import retire_sign_key
from prakerja.partners.service.suspending import RESUME, propose_resumption, resumption_parts, suspend_partner
from prakerja.partners.store import change_partner, known_partner, list_partners
from prakerja.platform.access_patterns import PARTNER
from prakerja.platform.approvals import AlreadyDecided, SameOperator, approve
from prakerja.platform.auth import Operator, Role
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import update
from prakerja.platform.problems import PreconditionFailed, Problem
from tests.support.world import World

RING = KeyRing.of("secret of the function")


def register(world: World, client_code: str = "toko", *, until: date | None = None, key: str = "") -> str:
    return register_partner(
        world.platform,
        RING,
        client_code=client_code,
        name="Toko",
        kind=PartnerKind.PLATFORM,
        valid_from=date(2026, 1, 1),
        valid_until=until,
        redirect_uris=("https://toko.example.test/kembali",),
        commission_basis_points=1500,
        key=key,
    )


def caller(world: World, client_code: str = "toko", ring: KeyRing = RING, now: datetime | None = None) -> Caller | None:
    return find_caller(world.table, ring, client_code, (), now or world.clock.wall())[0]


def keys(world: World) -> tuple[bytes, ...]:
    found = caller(world)
    assert found is not None
    return found.sign_keys


def test_two_keys_count_until_the_old_one_is_retired(world: World) -> None:
    first = register(world)
    key_id, second = add_sign_key(world.platform, RING, client_code="toko")
    assert keys(world) == (first.encode(), second.encode())
    with pytest.raises(TwoKeysActive):
        add_sign_key(world.platform, RING, client_code="toko")
    old = known_partner(world.table, "toko").keys[0].key_id
    for _ in range(2):
        retire_sign_key(world.platform, operator="op-1", client_code="toko", key_id=old)
        assert keys(world) == (second.encode(),)
    with pytest.raises(LastKey):
        retire_sign_key(world.platform, operator="op-1", client_code="toko", key_id=key_id)
    with pytest.raises(PartnerUnknown):
        add_sign_key(world.platform, RING, client_code="nobody")


def test_a_key_is_shown_once_however_often_it_is_asked_for(world: World) -> None:
    assert register(world, key="k1")
    assert register(world, key="k1") == ""
    with pytest.raises(PartnerExists):
        register(world, key="k2")
    key_id, sign_key = add_sign_key(world.platform, RING, client_code="toko", operator="op-1", key="k1")
    assert add_sign_key(world.platform, RING, client_code="toko", operator="op-1", key="k1") == (key_id, "")
    assert keys(world)[1:] == (sign_key.encode(),)


def test_who_changes_a_partner_has_seen_what_it_is(world: World) -> None:
    register(world)
    world.clock.move(hours=1)
    before = known_partner(world.table, "toko")
    terms = replace(before.terms, name="Toko Baru", valid_until=date(2026, 12, 31), legacy_signature=False)
    change: dict[str, Any] = {"operator": "op-1", "client_code": "toko", "commission_cap": 1500}
    for _ in range(2):  # the same again changes nothing
        after = change_terms(world.platform, terms=terms, version=1, **change)
        assert (after.terms, after.version) == (terms, 2)
    assert known_partner(world.table, "toko") == after
    with pytest.raises(PreconditionFailed):
        change_terms(world.platform, terms=before.terms, version=1, **change)
    world.clock.move(hours=1)
    back = change_terms(world.platform, terms=before.terms, version=2, **change)
    assert known_partner(world.table, "toko") == back
    assert back.valid_until is None
    (_, changed, changed_back) = world.items("evidence")
    assert (changed["name"], changed["legacy_signature"], changed["by"]) == ("Toko Baru", False, "op-1")
    assert changed_back["removed"] == ["valid_until"]
    assert "commission_basis_points" not in changed_back


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"commission_basis_points": 1501}, CommissionTooHigh), ({"valid_until": date(2025, 12, 31)}, ContractEndsFirst)],
)
def test_terms_that_cannot_be(world: World, changes: dict[str, Any], error: type[Problem]) -> None:
    register(world)
    terms = replace(known_partner(world.table, "toko").terms, **changes)
    with pytest.raises(error):
        change_terms(world.platform, operator="op-1", client_code="toko", terms=terms, version=1, commission_cap=1500)
    assert known_partner(world.table, "toko").version == 1


def test_two_changes_at_once_are_not_merged(world: World) -> None:
    register(world)
    before = known_partner(world.table, "toko")
    suspend_partner(world.platform, operator="op-1", client_code="toko", because="fraud")
    with pytest.raises(PreconditionFailed):
        world.table.commit(change_partner(before, with_terms(before, before.terms)))


def test_one_operator_suspends_and_two_resume(world: World) -> None:
    key = register(world)
    with pytest.raises(NotSuspended):
        propose_resumption(world.platform, operator="op-1", client_code="toko")
    for because in ("sold nothing", "another reason"):  # the second time changes nothing
        assert suspend_partner(world.platform, operator="op-1", client_code="toko", because=because).version == 2
    assert keys(world) == ()
    assert known_partner(world.table, "toko").suspended_because == "sold nothing"
    approval = propose_resumption(world.platform, operator="op-1", client_code="toko")
    assert propose_resumption(world.platform, operator="op-1", client_code="toko") == approval
    assert keys(world) == ()
    with pytest.raises(SameOperator):
        agree(world, approval.approval_id, "op-1")
    agree(world, approval.approval_id, "op-2")
    assert keys(world) == (key.encode(),)
    agree(world, approval.approval_id, "op-2")  # sent twice
    assert known_partner(world.table, "toko").version == 3


def test_an_agreement_ends_the_suspension_that_was_seen_and_no_later_one(world: World) -> None:
    register(world)
    approvals = []
    for operator in ("op-1", "op-3"):
        suspend_partner(world.platform, operator="op-1", client_code="toko", because="fraud")
        approvals.append(propose_resumption(world.platform, operator=operator, client_code="toko").approval_id)
        world.clock.move(minutes=1)
        if operator == "op-1":
            other = propose_resumption(world.platform, operator="op-4", client_code="toko").approval_id
            agree(world, other, "op-2")
    with pytest.raises(AlreadyDecided):
        agree(world, approvals[0], "op-2")
    assert keys(world) == ()
    agree(world, approvals[1], "op-2")
    assert len(keys(world)) == 1


def agree(world: World, approval_id: str, sub: str) -> None:
    who = Operator(sub, frozenset(Role), world.clock.wall())
    approve(world.platform, operator=who, approval_id=approval_id, announce={}, at_once={RESUME: resumption_parts})


def test_the_use_of_a_key_is_noted_once_a_day(world: World) -> None:
    register(world)
    add_sign_key(world.platform, RING, client_code="toko")
    first, second = known_partner(world.table, "toko").keys
    today = wib_date(world.clock.wall()).isoformat()
    for used, noted in ((0, {first.key_id}), (0, {first.key_id}), (1, {first.key_id, second.key_id})):
        found = caller(world)
        assert found is not None
        writes: list[str] = []
        world.client.meta.events.register("before-call.dynamodb", partial(note, writes), "count")
        note_use(world.platform, found, used)
        earlier = found
        world.client.meta.events.unregister("before-call.dynamodb", unique_id="count")
        assert len(writes) == (0 if used in seen_keys(found, today) else 1)
        assert known_partner(world.table, "toko").last_used == dict.fromkeys(noted, today)
    note_use(world.platform, earlier, 0)  # it has seen none of it: others were faster, and nothing is lost
    assert set(known_partner(world.table, "toko").last_used) == {first.key_id, second.key_id}
    retire_sign_key(world.platform, operator="op-1", client_code="toko", key_id=first.key_id)
    world.clock.move(days=1)
    found = caller(world)
    assert found is not None
    note_use(world.platform, found, 0)
    tomorrow = wib_date(world.clock.wall()).isoformat()
    assert known_partner(world.table, "toko").last_used == {second.key_id: tomorrow}
    assert known_partner(world.table, "toko").version == 3, "no operator's work is disturbed"


def note(writes: list[str], model: Any, **_: Any) -> None:
    writes.append(model.name)


def seen_keys(found: Caller, today: str) -> set[int]:
    keys = found.partner.keys
    return {number for number, key in enumerate(keys) if found.partner.last_used.get(key.key_id) == today}


def test_a_nonce_is_good_for_one_request_of_its_partner(world: World) -> None:
    until = world.clock.wall() + timedelta(minutes=5)
    spend_nonce(world.platform, client_code="toko", nonce="n" * 16, until=until)
    spend_nonce(world.platform, client_code="lapak", nonce="n" * 16, until=until)
    with pytest.raises(BadSignature):
        spend_nonce(world.platform, client_code="toko", nonce="n" * 16, until=until)
    (item, _) = [item for item in world.items("programme") if item["sk"] == "NONCE"]
    assert item["expires_at"] >= until.timestamp()


def test_partners_are_listed_by_client_code(world: World) -> None:
    for client_code in ("toko", "lapak", "bkk"):
        register(world, client_code)
    first, after = list_partners(world.table, after=None, limit=2)
    rest, end = list_partners(world.table, after=after, limit=2)
    assert [partner.client_code for partner in (*first, *rest)] == ["bkk", "lapak", "toko"]
    assert end is None


def test_a_partner_stored_by_the_first_version_reads_and_changes(world: World) -> None:
    register(world)
    fields = ("version", "last_used", "contract_reference", "legacy_signature", "suspended_at")
    world.table.commit(update(PARTNER, remove=fields, client_code="toko"))
    partner = known_partner(world.table, "toko")
    assert (partner.version, partner.legacy_signature, partner.last_used) == (1, True, {})
    found = caller(world)
    assert found is not None
    note_use(world.platform, found, 0)
    suspend_partner(world.platform, operator="op-1", client_code="toko", because="fraud")
    assert known_partner(world.table, "toko").suspended
