"""Who plays: invented people, and what befalls each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sandbox.demo.participant import Participant
from sandbox.world.people import Case, Person, generate

CASES = (
    Case.THREE_SIBLINGS,
    Case.WRONG_MOTHER,
    Case.OTHER_BIRTH_DATE,
    Case.NEW_PAPUA,
    Case.DECEASED,
    Case.DUPLICATE,
    Case.UNKNOWN_NIK,
)
CANARIES = 4
NEWCOMERS = 3
"""Invented people who do not play: for whoever repeats the journey by hand."""


class Role(StrEnum):
    """What a person does beyond what their case says."""

    PLAYS = "PLAYS"
    NEVER_VERIFIED = "NEVER_VERIFIED"
    """Signs up and sends no identity, but tries to join."""
    STAYS_AWAY = "STAYS_AWAY"
    """Is verified, and does not join before the wave is closed."""


@dataclass
class Purchase:
    """A course that a member bought, as the member sees it."""

    invoice: str
    platform: str
    institution: str
    course: str
    price: int
    redeem_code: str
    sessions: int
    """How many the schedule has."""
    purchase_id: str = ""
    cancelled: bool = False
    redeemed: bool = False
    attended: list[int] = field(default_factory=list)
    """Sequences that the LMS let them into; 999 is the post-test."""
    missed: list[int] = field(default_factory=list)
    completed: bool = False
    not_completed: bool = False
    """Its time is over, and it was not proven."""
    told: str = ""
    """What the timeline says in the end."""

    @property
    def is_open(self) -> bool:
        """Can it still be completed?"""
        return not (self.cancelled or self.completed or self.not_completed)


@dataclass
class Player:
    """One person in the play, and how far they came, as they see it themselves."""

    number: int
    """In the cast."""
    person: Person
    """The truth about them."""
    who: Participant
    role: Role = Role.PLAYS
    signed_up: bool = False
    identity: str = ""
    joined: bool = False
    outcome: str = ""
    """Of the application: DECREED, RESERVE, NOT_SELECTED."""
    card: str = ""
    provider: str = ""
    account: str = ""
    """Number at the provider, as its books have it."""
    purchases: list[Purchase] = field(default_factory=list)
    logged_in: bool | None = None
    """At a platform with Prakerja; False: they refused; None: nobody asked."""
    incentive: int = 0
    """Rupiah."""
    scheduled_on: date | None = None
    payment: str = ""
    """State of the incentive."""
    provider_reference: str = ""
    told: str = ""
    """How they were told it stands, and what they can do."""
    failures: int = 0
    """How often they were told that they could not be paid."""
    attempts: list[str] = field(default_factory=list)
    """Providers that were told to pay them, one for each instruction."""
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """(stage, why)."""

    @property
    def verified(self) -> bool:
        """The registry agreed."""
        return self.identity == "VERIFIED"

    @property
    def member(self) -> bool:
        """Was selected and decreed."""
        return self.outcome == "DECREED"

    @property
    def completed(self) -> bool:
        """Finished a course."""
        return any(purchase.completed for purchase in self.purchases)


def cast(seed: int, count: int, participant: Callable[[Person], Participant]) -> list[Player]:
    """``count`` players: the cases, some canaries, one who never says who they are, one who stays away, and others."""
    people = generate(seed, count - CANARIES, cases=CASES) + generate(seed, CANARIES, canary=True)
    players = [Player(number, person, participant(person)) for number, person in enumerate(people, 1)]
    ordinary = [player for player in players if player.person.case is Case.ORDINARY]
    ordinary[0].role = Role.NEVER_VERIFIED
    ordinary[1].role = Role.STAYS_AWAY
    return players


def claim_of(person: Person) -> dict[str, str]:
    """The identity form as a person first fills it in; they live where their number was given."""
    return person.claim() | {"region": person.nik[:4]}


def newcomers(seed: int) -> list[Person]:
    """People whom the registry and the payment providers know, and who have no account yet."""
    return generate(10**7 + seed, NEWCOMERS)
