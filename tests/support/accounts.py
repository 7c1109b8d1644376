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
from prakerja.payouts.service import link_account
from prakerja.platform.access_patterns import CHALLENGE
from prakerja.platform.clock import to_text
from tests.support.people import Someone
from tests.support.world import World

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
