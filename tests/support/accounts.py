"""A member's accounts: a provider that answers as told, and the code of the other channel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

from prakerja.payouts.answers import (
    AccountAnswer,
    AccountKind,
    AccountLimits,
    AccountQuestion,
    AccountStatus,
    HolderCheck,
    NameMatch,
    ProviderRules,
)
from prakerja.payouts.destination import Account
from prakerja.payouts.service import due_accounts, link_account
from prakerja.payouts.store import load_account
from prakerja.platform.access_patterns import CHALLENGE, DESTINATION, DUE_SHARDS, MEMBERSHIP
from prakerja.platform.clock import to_text
from tests.support.people import Someone, plant_member, someone
from tests.support.world import World

FIRST, SECOND, THIRD = "1111111111", "2222222222", "3333333333"
SESSION_ID = "session-of-the-member"
GOOD = AccountAnswer(
    AccountStatus.USABLE, None, "ORANG UJI", NameMatch.MATCH, AccountLimits(), "2001500", "Successful", (),
    nik=HolderCheck.MATCH,
)  # fmt: skip


def rules(kind: AccountKind) -> ProviderRules:
    """Of a provider without peculiarities."""
    return ProviderRules(kind, (5,), 900, 3, 30, (time(23), time(1)))


@dataclass
class Desk:
    """A provider's account inquiry, as far as linking is concerned."""

    name: str
    kind: AccountKind
    answer: AccountAnswer = GOOD
    questions: list[AccountQuestion] = field(default_factory=list)

    @property
    def rules(self) -> ProviderRules:
        return rules(self.kind)

    def reference(self, payout_id: str, attempt_no: int, at: Any) -> str:
        return "P26015ABCDEFGHIJKL01"

    def external_id(self, at: Any, digits: str) -> str:
        return digits

    def inquire_account(self, question: AccountQuestion, external_id: str) -> AccountAnswer:
        self.questions.append(question)
        return self.answer


class Desks(dict[str, Any]):
    """Two banks and a wallet, asked by a member."""

    def __init__(self, world: World, who: Someone) -> None:
        super().__init__({"BNI": Desk("BNI", AccountKind.BANK), "BCA": Desk("BCA", AccountKind.BANK)})
        self["LINKAJA"] = Desk("LINKAJA", AccountKind.WALLET)
        self.world, self.who = world, who
        self.confirmations = 0

    def answers(self, **changes: Any) -> None:
        """From now on every provider says this."""
        for desk in self.values():
            desk.answer = replace(GOOD, **changes)

    def link(
        self, number: str, provider: str = "BNI", *, confirmation: str | None = None, who: Someone | None = None
    ) -> Account:
        """The member's own request."""
        return link_account(
            self.world.platform,
            self,
            person_id=(who or self.who).person_id,
            provider=provider,
            number=number,
            session_id=SESSION_ID,
            confirmation_id=confirmation,
        )

    def change(self, number: str, provider: str = "BNI") -> Account:
        """The same with the code of the other channel."""
        return self.link(number, provider, confirmation=self.confirmed())

    def confirmed(self) -> str:
        """A code of the other channel that was given back in the member's session just now."""
        self.confirmations += 1
        return plant_confirmation(self.world, self.who.person_id, f"{self.confirmations:036d}")


def plant_confirmation(world: World, person_id: str, confirmation_id: str, session_id: str = SESSION_ID) -> str:
    """A confirmation as ``sign_in`` leaves it."""
    item = {
        "purpose": "CONFIRMATION",
        "channel": "EMAIL",
        "digests": ["h1.0"],
        "device": world.platform.ids.of("device", session_id),
        "person_id": person_id,
        "state": "USED",
        "resend": 0,
        "wrong": 0,
        "attempts": 0,
        "created_at": to_text(world.clock.wall()),
        "code_sent_at": to_text(world.clock.wall()),
        "address_key": "",
        "sealed_address": b"",
        "fingerprint": "x",
    }
    world.plant(CHALLENGE, item, challenge_id=confirmation_id)
    return confirmation_id


# looking ---------------------------------------------------------------------------------------------------------------
def account_of(world: World, who: Someone) -> Account | None:
    return load_account(world.table, who.person_id)


def holders(world: World, number: str, provider: str = "BNI") -> list[str]:
    item = world.table.get(DESTINATION, digest=world.guards.digest("ACCOUNT", f"{provider}:{number}"))
    return list(item["holders"]) if item else []


def is_linked(world: World, who: Someone) -> bool:
    item = world.table.get(MEMBERSHIP, person_id=who.person_id)
    return bool(item and item.get("account_linked"))


def findings(world: World) -> list[str]:
    return sorted(sent.body["kind"] for sent in world.take("cases.needed.v1"))


def told(world: World) -> list[str]:
    return sorted(sent.body["kind"] for sent in world.take("registration.notice_requested.v1"))


def everything(world: World) -> list[Any]:
    return [world.items(table) for table in ("people", "programme", "evidence")]


def woken(world: World) -> list[str]:
    return [
        str(message.model_dump()["person_id"])
        for shard in range(DUE_SHARDS)
        for message in due_accounts(world.platform, f"ACCOUNT#{shard:02d}")
    ]


def others(world: World, desks: Desks, count: int, number: str = FIRST) -> list[Someone]:
    people = [plant_member(world, someone(n), card_number=f"8{n:015d}") for n in range(2, 2 + count)]
    for one in people:
        desks.link(number, who=one)
    return people
