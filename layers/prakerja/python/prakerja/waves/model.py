"""A wave and the applications to it: when it may be joined, who may join, what turns it.

The stored state says what has been done; whether a wave is open is decided by the clock at the join
(``opens_at ≤ now < closes_at``, programme time) and by nothing else, so a turn that comes late or twice does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from prakerja.platform.ids import fingerprint
from prakerja.registration import ContactsMissing
from prakerja.waves.errors import (
    AlreadyMember,
    IdentityMissing,
    NotAnnullable,
    NotYetDrawn,
    OutsideAge,
    StatementsMissing,
    WaveCancelled,
    WaveClosed,
    WaveNotOpen,
    WaveUnderWay,
)


class WaveState(StrEnum):
    """What has been done for a wave so far."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    SCREENING = "SCREENING"
    SCREENED = "SCREENED"
    DRAWN = "DRAWN"
    DECREEING = "DECREEING"
    DECREED = "DECREED"
    CANCELLED = "CANCELLED"


class Turn(StrEnum):
    """What the clock asks of a wave now."""

    OPEN = "OPEN"
    CLOSE = "CLOSE"
    SCREEN = "SCREEN"
    WATCH = "WATCH"
    """A state machine should be at work: see whether it is."""


class Phase(StrEnum):
    """The three pieces of work that a state machine does, each over chunks."""

    SCREEN = "SCREEN"
    DRAW = "DRAW"
    DECREE = "DECREE"


class AnnulReason(StrEnum):
    """Why a wave ends without members although its draw had begun."""

    BEACON_GONE = "BEACON_GONE"
    RESULT_WRONG = "RESULT_WRONG"


PHASES = {
    WaveState.SCREENING: Phase.SCREEN,
    WaveState.SCREENED: Phase.DRAW,
    WaveState.DECREEING: Phase.DECREE,
}
"""Which phase must be running while a wave is in a state."""


@dataclass(frozen=True)
class Wave:
    """One wave. Times are UTC, ``closes_at`` exclusive; ``quota`` and ``reserves`` count people."""

    wave_id: str
    number: int
    quota: int
    reserves: int
    opens_at: datetime
    closes_at: datetime
    scheme_name: str
    scheme_version: int
    state: WaveState = WaveState.SCHEDULED
    attempt: int = 0
    """How many executions of the state machine were begun."""
    beacon_round: int | None = None
    result_hash: str | None = None
    """SHA-256 of the published manifest: what the operators decree."""
    applications: int | None = None
    competing: int | None = None
    selected: int | None = None
    approval_id: str | None = None
    run: str | None = None
    """Name of the present execution, ``<wave>-<phase it began with>-<attempt>``."""
    annulled_for: str | None = None
    """The AnnulReason of a wave that two operators ended."""

    def is_open(self, now: datetime) -> bool:
        """Whether it may be joined at ``now`` (programme time)."""
        return self.state is not WaveState.CANCELLED and self.opens_at <= now < self.closes_at


@dataclass(frozen=True)
class WaveDraft:
    """What an operator decides about a new wave."""

    number: int
    quota: int
    reserves: int
    opens_at: datetime
    closes_at: datetime
    scheme_name: str
    scheme_version: int | None
    """None: the newest in force on the day of opening."""


class ApplicationState(StrEnum):
    """How an application ended; JOINED until the decree says so."""

    JOINED = "JOINED"
    DECREED = "DECREED"
    RESERVE = "RESERVE"
    NOT_SELECTED = "NOT_SELECTED"


@dataclass(frozen=True)
class Application:
    """A person's application to a wave. ``application_id`` is drawn at random by us, so nobody can choose a ticket."""

    wave_id: str
    person_id: str
    application_id: str
    joined_at: datetime
    state: ApplicationState = ApplicationState.JOINED
    reason: str | None = None
    rank: int | None = None


@dataclass(frozen=True)
class JoinsRoot:
    """The root over all joins at a moment. ``root``: 32 bytes."""

    taken_at: datetime
    count: int
    root: bytes


@dataclass(frozen=True)
class Applicant:
    """What the join needs to know of a person. ``birth_date`` as the registry confirmed it."""

    person_id: str
    phone_proven: bool
    email_proven: bool
    identity_verified: bool
    birth_date: date | None
    is_member: bool


@dataclass(frozen=True)
class AgeRule:
    """Years of age on the day of joining, both inclusive; no upper limit if None."""

    minimum: int
    maximum: int | None


def age_on(birth_date: date, day: date) -> int:
    """Completed years. Somebody born on 29 February grows older on 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def decide_join(
    wave: Wave, applicant: Applicant, rule: AgeRule, *, application_id: str, now: datetime, today: date, accepted: bool
) -> Application:
    """Let a person join. The order of the checks is the order in which a person can mend them.

    Raises WaveCancelled, WaveNotOpen, WaveClosed, StatementsMissing, ContactsMissing, IdentityMissing, AlreadyMember,
    OutsideAge.
    """
    if wave.state is WaveState.CANCELLED:
        raise WaveCancelled
    if now < wave.opens_at:
        raise WaveNotOpen(opens_at=wave.opens_at)
    if now >= wave.closes_at:
        raise WaveClosed(closes_at=wave.closes_at)
    if not accepted:
        raise StatementsMissing
    if not (applicant.phone_proven and applicant.email_proven):
        raise ContactsMissing
    if not applicant.identity_verified or applicant.birth_date is None:
        raise IdentityMissing
    if applicant.is_member:
        raise AlreadyMember
    age = age_on(applicant.birth_date, today)
    if age < rule.minimum or (rule.maximum is not None and age > rule.maximum):
        raise OutsideAge(minimum=rule.minimum, maximum=rule.maximum)
    return Application(wave.wave_id, applicant.person_id, application_id, now)


def decide_turn(wave: Wave, now: datetime, grace: timedelta) -> Turn | None:
    """What is to be done at ``now`` (programme time); None if nothing, whatever woke us."""
    if wave.state is WaveState.SCHEDULED and now >= wave.opens_at:
        return Turn.OPEN
    if wave.state is WaveState.OPEN and now >= wave.closes_at:
        return Turn.CLOSE
    if wave.state is WaveState.CLOSED and now >= wave.closes_at + grace:
        return Turn.SCREEN
    return Turn.WATCH if wave.state in PHASES else None


def next_due(wave: Wave, now: datetime, grace: timedelta) -> datetime | None:
    """When a sweep must look at the wave if nothing else has turned it; None when only people can move it."""
    margin = timedelta(minutes=1)
    if wave.state is WaveState.SCHEDULED:
        return wave.opens_at + margin
    if wave.state is WaveState.OPEN:
        return wave.closes_at + margin
    if wave.state is WaveState.CLOSED:
        return wave.closes_at + grace + margin
    return now + 2 * margin if wave.state in PHASES else None


def turned(wave: Wave, turn: Turn) -> Wave:
    """The wave after OPEN, CLOSE or SCREEN."""
    if turn is Turn.OPEN:
        return replace(wave, state=WaveState.OPEN)
    if turn is Turn.CLOSE:
        return replace(wave, state=WaveState.CLOSED)
    return begun(replace(wave, state=WaveState.SCREENING))


def begun(wave: Wave) -> Wave:
    """The wave with a new execution for the phase that its state asks for; the old one, if any, has died."""
    attempt = wave.attempt + 1
    return replace(wave, attempt=attempt, run=f"{wave.wave_id}-{PHASES[wave.state]}-{attempt}")


def decide_cancel(wave: Wave) -> Wave:
    """Cancel a wave that has not been drawn. Raises WaveUnderWay."""
    if wave.state not in (WaveState.SCHEDULED, WaveState.OPEN, WaveState.CLOSED, WaveState.CANCELLED):
        raise WaveUnderWay(state=str(wave.state))
    return replace(wave, state=WaveState.CANCELLED)


def decide_annul(wave: Wave, reason: AnnulReason) -> Wave:
    """Annul a wave whose draw has begun and whose decree has not. Raises NotAnnullable."""
    if wave.state not in (WaveState.SCREENED, WaveState.DRAWN):
        raise NotAnnullable(state=str(wave.state))
    return replace(wave, state=WaveState.CANCELLED, annulled_for=str(reason))


def annulment(wave: Wave, reason: AnnulReason) -> str:
    """What two operators agree to annul: this wave as far as it has gone, for this reason."""
    return fingerprint([wave.wave_id, str(wave.state), wave.result_hash, str(reason)])


def decide_decree(wave: Wave) -> str:
    """What the operators agree on: the hash of the published result. Raises NotYetDrawn."""
    if wave.state is not WaveState.DRAWN or wave.result_hash is None:
        raise NotYetDrawn(state=str(wave.state))
    return wave.result_hash
