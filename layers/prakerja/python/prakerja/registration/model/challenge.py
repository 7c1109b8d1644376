"""A challenge: somebody says that an address is theirs, and proves it with a one-time code sent there.

The code is derived from the challenge and the number of its resend, so nothing here holds one. Its life starts when the
message provider has accepted it. Three wrong codes, over all resends, lock the challenge.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.registration.model.address import Channel
from prakerja.registration.model.person import Person

CODE_LIFE = timedelta(minutes=5)
"""How long a code is good for, from its acceptance by the provider."""
CHALLENGE_LIFE = timedelta(minutes=30)
"""How long codes are sent for a challenge, from when it was begun."""
MAX_WRONG = 3
MAX_RESENDS = 4
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a proof is for."""

    SIGN_IN = "SIGN_IN"
    SECOND_CHANNEL = "SECOND_CHANNEL"
    """The other channel, asked for when a verified person comes with a new device."""
    CONTACT = "CONTACT"
    CONFIRMATION = "CONFIRMATION"
    """Something that needs both channels, asked for in a session that was opened with one of them."""


OF_A_SESSION = frozenset({Purpose.CONTACT, Purpose.CONFIRMATION})
"""Purposes of somebody who is signed in; their session stands for the device."""


class ChallengeState(StrEnum):
    """Where a challenge stands."""

    OPEN = "OPEN"
    USED = "USED"
    LOCKED = "LOCKED"
    UNDELIVERABLE = "UNDELIVERABLE"


@dataclass(frozen=True)
class Challenge:
    """``device`` is a hash, ``digests`` are HMACs of the address, which itself is sealed under a key of its own."""

    challenge_id: str
    purpose: Purpose
    channel: Channel
    digests: tuple[str, ...]
    device: str
    created_at: datetime
    person_id: str | None = None
    """Known from the start, but for SIGN_IN."""
    state: ChallengeState = ChallengeState.OPEN
    resend: int = 0
    resend_mark: str = ""
    """Which request caused the last resend."""
    wrong: int = 0
    attempts: int = 0
    """How often the provider could not take the present code."""
    code_sent_at: datetime | None = None
    session_id: str | None = None
    next_id: str | None = None
    """What a USED challenge led to: a session, the challenge of the second channel, or what was confirmed with it."""
    address_key: str = field(default="", repr=False)
    sealed_address: bytes = field(default=b"", repr=False)
    intent: str = field(default="", repr=False)

    @property
    def counted_on(self) -> tuple[str, str]:
        """Kind and key of the row that its codes are counted on. A confirmation's never use up an address, which would
        keep its holder from signing in."""
        if self.purpose is Purpose.CONFIRMATION and self.person_id:
            return "CONFIRMATION", self.person_id
        return "ADDRESS", self.digests[-1]

    def wants_code(self, now: datetime) -> bool:
        """Whether the present code is still to be handed to the provider."""
        return (
            self.state is ChallengeState.OPEN and self.code_sent_at is None and now < self.created_at + CHALLENGE_LIFE
        )

    def confirms(self, person_id: str, device: str, now: datetime) -> bool:
        """Whether it is a code that this person gave back in this session, lately, and that confirmed nothing yet."""
        theirs = (self.person_id, self.device) == (person_id, device)
        fresh = now < self.created_at + CHALLENGE_LIFE and self.next_id is None
        return self.purpose is Purpose.CONFIRMATION and self.state is ChallengeState.USED and theirs and fresh

    @property
    def tries_left(self) -> int:
        """How many wrong codes are left before it locks."""
        return MAX_WRONG - self.wrong


class Verdict(StrEnum):
    """What a code given for a challenge comes to."""

    UNKNOWN = "UNKNOWN"
    UNDELIVERABLE = "UNDELIVERABLE"
    LOCKED = "LOCKED"
    NOT_SENT = "NOT_SENT"
    EXPIRED = "EXPIRED"
    WRONG = "WRONG"
    WRONG_AND_LOCKS = "WRONG_AND_LOCKS"
    RIGHT = "RIGHT"
    REPEATED = "REPEATED"
    """Right, and used already by this device: the answer got lost, or somebody tapped twice."""


def decide_code(
    challenge: Challenge | None,
    *,
    right: bool,
    device: str,
    purposes: Collection[Purpose],
    person_id: str | None,
    now: datetime,
) -> Verdict:
    """Judge a code. A challenge of another device, purpose or (in a session) person is as good as unknown.

    A wrong code for a USED challenge counts like any other: otherwise repeats could be guessed without end.
    """
    if challenge is None or challenge.device != device or challenge.purpose not in purposes:
        return Verdict.UNKNOWN
    if challenge.purpose in OF_A_SESSION and challenge.person_id != person_id:
        return Verdict.UNKNOWN
    if challenge.state is ChallengeState.UNDELIVERABLE:
        return Verdict.UNDELIVERABLE
    if challenge.state is ChallengeState.LOCKED:
        return Verdict.LOCKED
    if challenge.code_sent_at is None:
        return Verdict.NOT_SENT if now < challenge.created_at + CHALLENGE_LIFE else Verdict.EXPIRED
    if now >= challenge.code_sent_at + CODE_LIFE:
        return Verdict.EXPIRED
    if not right:
        return Verdict.WRONG if challenge.tries_left > 1 else Verdict.WRONG_AND_LOCKS
    return Verdict.REPEATED if challenge.state is ChallengeState.USED else Verdict.RIGHT


def may_resend(challenge: Challenge, now: datetime) -> bool:
    """Whether another code may be sent for it (how soon is a matter of the limits)."""
    alive = challenge.state is ChallengeState.OPEN and now < challenge.created_at + CHALLENGE_LIFE
    return alive and challenge.resend < MAX_RESENDS


def pause(attempts: int, asked_for: int | None) -> timedelta:
    """How long to wait after the provider was unavailable: doubling, at least as long as it asked for (seconds)."""
    wait = FIRST_PAUSE * (1 << min(attempts, 10))
    return max(min(wait, LONGEST_PAUSE), timedelta(seconds=asked_for or 0))


class Step(StrEnum):
    """What a proven address leads to."""

    NEW_ACCOUNT = "NEW_ACCOUNT"
    SIGN_IN = "SIGN_IN"
    SECOND_CHANNEL = "SECOND_CHANNEL"


def decide_step(challenge: Challenge, person: Person | None, *, device_known: bool) -> Step:
    """A verified person with a new device proves both channels: a stolen SIM card alone opens nothing."""
    if person is None:
        return Step.NEW_ACCOUNT
    new_device = person.identity_verified and not device_known
    if challenge.purpose is Purpose.SIGN_IN and new_device and person.proven(challenge.channel.other):
        return Step.SECOND_CHANNEL
    return Step.SIGN_IN
