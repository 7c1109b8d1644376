"""PLATFORM_ACCOUNT items: which card an account at a platform buys with. The card's side stands on the MEMBERSHIP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import PLATFORM_ACCOUNT, Pattern
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Item, Part, delete, put_new
from prakerja.training.errors import AccountHasAnotherCard
from prakerja.training.store.moved import Moved


def account_key(client_code: str, user_platform_id: str) -> tuple[Pattern, Mapping[str, str | int]]:
    """An account at a platform, for reading it along with other items."""
    return PLATFORM_ACCOUNT, {"client_code": client_code, "user_platform_id": user_platform_id}


def tied_to(item: Item | None) -> str | None:
    """The person whose card an account buys with (None: nobody's yet)."""
    return item["person_id"] if item else None


def tie_part(client_code: str, user_platform_id: str, person_id: str, at: datetime) -> Part:
    """Tie an account to a card. Error: AccountHasAnotherCard."""
    return put_new(
        PLATFORM_ACCOUNT,
        {"person_id": person_id, "tied_at": to_text(at)},
        error=AccountHasAnotherCard(),
        client_code=client_code,
        user_platform_id=user_platform_id,
    )


def untie_part(client_code: str, user_platform_id: str, person_id: str) -> Part:
    """Free an account that was tied to this person's card. Error: Moved."""
    return delete(
        PLATFORM_ACCOUNT,
        when=Attr("person_id").eq(person_id),
        error=Moved(),
        client_code=client_code,
        user_platform_id=user_platform_id,
    )
