"""The register of partners: keys shown once and sealed at rest, rotation, contracts, suspension at once."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from cryptography.exceptions import InvalidTag

from prakerja.partners import (
    Caller,
    KeyRing,
    PartnerExists,
    PartnerKind,
    WrongPartnerKind,
    add_sign_key,
    find_caller,
    register_partner,
)
from prakerja.partners.model import SealedKey
from prakerja.partners.service.rotating import retire_sign_key
from prakerja.partners.service.suspending import suspend_partner
from prakerja.partners.store import known_partner
from prakerja.platform.access_patterns import CARD, PARTNER
from prakerja.platform.clock import WIB
from prakerja.platform.parts import update
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


def test_a_partner_is_registered_once_and_its_key_shown_once(world: World) -> None:
    key = register(world)
    assert len(key) == 40
    found = caller(world)
    assert found is not None
    assert found.sign_keys == (key.encode(),)
    assert (found.partner.name, found.partner.commission_basis_points) == ("Toko", 1500)
    with pytest.raises(PartnerExists):
        register(world)
    assert keys(world) == (key.encode(),)
    assert caller(world, "nobody") is None


def test_a_key_is_nowhere_in_clear(world: World) -> None:
    key = register(world)
    assert key not in str(world.items("programme") + world.items("evidence"))
    found = caller(world)
    assert key not in repr(found)
    assert "secret" not in repr(RING)


def test_a_sealed_key_belongs_to_its_partner(world: World) -> None:
    sealed = RING.seal("toko", "k1", "the key")
    assert RING.open("toko", sealed) == b"the key"
    with pytest.raises(InvalidTag):
        RING.open("lapak", sealed)
    with pytest.raises(InvalidTag):
        RING.open("toko", SealedKey("k1", "1", sealed.sealed[:-1] + b"x"))
    with pytest.raises(InvalidTag):
        KeyRing.of("another secret").open("toko", sealed)


def test_the_secret_can_be_rotated(world: World) -> None:
    key = register(world)
    both = KeyRing.of('{"1": "secret of the function", "2": "new secret"}')
    assert both.seal("toko", "k", "x").kid == "2"
    found = caller(world, ring=both)
    assert found is not None
    assert found.sign_keys == (key.encode(),)


@pytest.mark.parametrize("text", ["", "{}", '{"1": ""}'])
def test_an_empty_secret_seals_nothing(text: str) -> None:
    with pytest.raises(ValueError):
        KeyRing.of(text)


def test_a_contract_counts_from_its_first_to_its_last_day_in_jakarta(world: World) -> None:
    register(world, until=date(2026, 3, 31))
    for moment, counts in (
        (datetime(2025, 12, 31, 23, 59, tzinfo=WIB), False),
        (datetime(2026, 1, 1, tzinfo=WIB), True),
        (datetime(2026, 3, 31, 23, 59, tzinfo=WIB), True),
        (datetime(2026, 4, 1, tzinfo=WIB), False),
    ):
        found = caller(world, now=moment)
        assert found is not None
        assert bool(found.sign_keys) is counts, moment


def test_a_suspension_counts_with_the_next_request(world: World) -> None:
    key = register(world)
    world.table.commit(update(PARTNER, set={"suspended": True}, client_code="toko"))
    assert keys(world) == ()
    world.table.commit(update(PARTNER, set={"suspended": False}, client_code="toko"))
    assert keys(world) == (key.encode(),)


def test_a_partner_and_what_it_asks_for_are_one_read(world: World) -> None:
    register(world)
    world.plant(CARD, {"person_id": "p1"}, card_number="8000000000000001")
    asked = [(CARD, {"card_number": "8000000000000001"}), (CARD, {"card_number": "8000000000000002"})]
    found, items = find_caller(world.table, RING, "toko", asked, world.clock.wall())
    assert found is not None
    assert [item and item["person_id"] for item in items] == ["p1", None]
    assert find_caller(world.table, RING, "nobody", asked, world.clock.wall())[0] is None


def test_each_kind_has_its_own_endpoints(world: World) -> None:
    register(world)
    found = caller(world)
    assert found is not None
    found.partner.require(PartnerKind.PLATFORM)
    with pytest.raises(WrongPartnerKind):
        found.partner.require(PartnerKind.INSTITUTION)


def test_registering_is_written_down(world: World) -> None:
    register(world)
    world.clock.move(hours=1)
    add_sign_key(world.platform, RING, client_code="toko")
    retire_sign_key(
        world.platform, operator="op-1", client_code="toko", key_id=known_partner(world.table, "toko").keys[0].key_id
    )
    world.clock.move(hours=1)
    suspend_partner(world.platform, operator="op-1", client_code="toko", because="fraud")
    kinds = [item["sk"].split("#")[2] for item in world.items("evidence")]
    assert kinds == ["PARTNER_REGISTERED", "PARTNER_KEY_ADDED", "PARTNER_KEY_RETIRED", "PARTNER_SUSPENDED"]
