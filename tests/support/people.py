"""People as the tests need them: with proven contacts, a verified identity, a membership, an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from prakerja.balance import grant_parts
from prakerja.membership import grant_membership_parts, latest_scheme, seed_schemes
from prakerja.payouts.answers import NameMatch
from prakerja.payouts.destination import Account
from prakerja.payouts.store import ACCOUNT_FIELD, hold, new_account, seal
from prakerja.platform.access_patterns import PERSON_IDENTITY
from prakerja.registration import Channel, change_person, seal_fields
from prakerja.registration.store.person import new_person
from tests.support.world import World

SCHEME = "NORMAL_2023"


@dataclass(frozen=True)
class Someone:
    """Synthetic: the NIK is well formed and belongs to nobody."""

    person_id: str
    nik: str
    family_card_number: str
    full_name: str
    birth_date: date
    mother_name: str
    phone: str
    email: str


def someone(number: int, *, family: int | None = None, birth_date: date = date(1995, 3, 9)) -> Someone:
    """The ``number``-th invented person; people of one ``family`` share a family card."""
    return Someone(
        person_id=f"00000000-0000-4000-8000-{number:012d}",
        nik=f"327605{birth_date:%d%m%y}{number % 9000 + 1:04d}",
        family_card_number=f"327605010111{(family if family is not None else number) % 9000 + 1:04d}",
        full_name=f"Orang Uji {number}",
        birth_date=birth_date,
        mother_name=f"Ibu Uji {number}",
        phone=f"+62812{number:08d}",
        email=f"orang{number}@example.test",
    )


def plant_person(world: World, who: Someone, *, verified: bool = True) -> Someone:
    """A person with both contacts proven and, if ``verified``, an identity that the registry confirmed."""
    p = world.platform
    world.table.commit(*new_person(p, who.person_id, Channel.PHONE, who.phone, "first device", world.clock.wall()))
    state: dict[str, object] = {"email_proven": True}
    if verified:
        state |= {
            "identity_status": "VERIFIED",
            "identity_number": 1,
            "region": "3276",
            "nik_digest": world.guards.digest("NIK", who.nik),
            "family_digest": world.guards.digest("FAMILY", who.family_card_number),
        }
    sealed = {
        "email": who.email,
        "full_name": who.full_name,
        "birth_date": who.birth_date.isoformat(),
        "nik": who.nik,
        "family_card_number": who.family_card_number,
        "mother_name": who.mother_name,
    }
    world.table.commit(change_person(who.person_id, set=state), seal_fields(p, who.person_id, sealed))
    return who


def plant_member(world: World, who: Someone, *, card_number: str = "8000000000000001") -> Someone:
    """A verified person who was decreed now, with card and balance."""
    plant_person(world, who)
    seed_schemes(world.platform)
    now = world.clock.programme()
    scheme = latest_scheme(SCHEME, now.date())
    world.table.commit(
        *grant_membership_parts(who.person_id, card_number, "wave-1", scheme, now),
        *grant_parts(who.person_id, scheme.training_balance, "wave-1", now),
    )
    return who


def plant_account(
    world: World, who: Someone, *, provider: str = "LINKAJA", number: str | None = None, **changes: Any
) -> None:
    """A linked account of a member, who holds its destination alone."""
    p = world.platform
    identity = world.table.get(PERSON_IDENTITY, person_id=who.person_id)
    assert identity is not None
    number = number or who.phone.lstrip("+")
    account = Account(
        person_id=who.person_id,
        provider=provider,
        masked="••••" + number[-4:],
        sealed_number=seal(p, who.person_id, identity, ACCOUNT_FIELD, number.encode()),
        digest=world.guards.digest("ACCOUNT", f"{provider}:{number}"),
        name_match=NameMatch.MATCH,
        linked_at=world.clock.programme(),
        **changes,
    )
    world.table.commit(new_account(account), *hold({account.digest: ()}, who.person_id))
