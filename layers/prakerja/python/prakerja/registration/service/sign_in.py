"""Signing in without a password: prove a phone or an e-mail address, and a session begins. The first proof of an
unknown address makes the account."""

from __future__ import annotations

from datetime import datetime

from prakerja.platform import Platform
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Part
from prakerja.registration.errors import ChallengeBusy, CodeUsed
from prakerja.registration.messages import code_requested
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge, Purpose, Step, decide_step
from prakerja.registration.model.session import Session
from prakerja.registration.service import codes
from prakerja.registration.store.challenge import (
    begin_challenge,
    device_mark,
    load_challenge,
    open_address,
    use_challenge,
)
from prakerja.registration.store.person import claim_address, know_device, load_account, new_person, open_fields
from prakerja.registration.store.session import load_session, open_session

PURPOSES = (Purpose.SIGN_IN, Purpose.SECOND_CHANNEL)


def start_sign_in(p: Platform, *, channel: Channel, address: str, device_id: str, key: str) -> Challenge:
    """Send a one-time code to a normalised address. Raises TooManyCodes, IdempotencyKeyReused."""
    digests = p.guarded().digests(channel.value, address)
    challenge = Challenge(
        challenge_id=p.ids.of("public", digests[-1], "start_sign_in", key),
        purpose=Purpose.SIGN_IN,
        channel=channel,
        digests=digests,
        device=device_mark(p, device_id),
        created_at=p.clock.wall(),
    )
    return codes.ask_for_code(p, challenge, address)


def resend_sign_in(p: Platform, *, challenge_id: str, device_id: str, key: str) -> Challenge:
    """Send the next code. Raises ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy."""
    device = device_mark(p, device_id)
    return codes.resend(p, challenge_id=challenge_id, device=device, purposes=PURPOSES, key=key)


def verify_sign_in(p: Platform, code_key: str, *, challenge_id: str, code: str, device_id: str) -> Session | Challenge:
    """Give the code back: a session, or the challenge of the second channel that a new device needs.

    Repeating it with the same code (a lost answer) gives the same session, as long as it was not refreshed.
    Raises what ``model.refusal`` lists, CodeUsed, ChallengeBusy.
    """
    device = device_mark(p, device_id)
    challenge, repeated = codes.prove(
        p, code_key, challenge_id=challenge_id, code=code, device=device, purposes=PURPOSES
    )
    if repeated:
        return _led_to(p, challenge)
    # load
    person, known = load_account(p.table, challenge.channel, challenge.digests, device, challenge.person_id)
    # decide
    now = p.clock.wall()
    step = decide_step(challenge, person, device_known=known)
    if person and step is Step.SECOND_CHANNEL:
        return _ask_second(p, challenge, person.person_id, now)
    person_id = person.person_id if person else p.ids.of("person", challenge_id)
    session_id = p.ids.of("session", challenge_id)
    session = Session(session_id, person_id, device, created_at=now, rotated_at=now, channel=challenge.channel)
    # commit
    outcome = p.table.commit(
        open_session(session, challenge_id),
        use_challenge(challenge, session_id=session.session_id),
        *(_account(p, challenge, person_id, now) if person is None else ()),
        *((know_device(person_id, device, now),) if person and not known else ()),
    )
    return _current(p, session.session_id) if outcome.repeated else session


def _account(p: Platform, challenge: Challenge, person_id: str, now: datetime) -> tuple[Part, ...]:
    """Two proofs of one unknown address at once make one account: the later one is told to come again."""
    return (
        *claim_address(person_id, challenge.channel, challenge.digests, ChallengeBusy(retry_after=1)),
        *new_person(p, person_id, challenge.channel, open_address(p, challenge), challenge.device, now),
    )


def _ask_second(p: Platform, challenge: Challenge, person_id: str, now: datetime) -> Challenge:
    # load
    channel = challenge.channel.other
    address = open_fields(p, person_id, [channel.lower()])[channel.lower()]
    # decide
    second = Challenge(
        challenge_id=p.ids.of("second", challenge.challenge_id),
        purpose=Purpose.SECOND_CHANNEL,
        channel=channel,
        digests=p.guarded().digests(channel.value, address),
        device=challenge.device,
        created_at=now,
        person_id=person_id,
        intent=fingerprint([Purpose.SECOND_CHANNEL, challenge.challenge_id]),
    )
    # commit, announce
    p.table.commit(
        begin_challenge(p, second, address, now + codes.SWEEP_MARGIN),
        use_challenge(challenge, next_id=second.challenge_id),
        outbox=[code_requested(second)],
    )
    return second


def _led_to(p: Platform, challenge: Challenge) -> Session | Challenge:
    if challenge.session_id:
        return _current(p, challenge.session_id)
    second = load_challenge(p.table, challenge.next_id) if challenge.next_id else None
    if second is None:
        raise CodeUsed
    return second


def _current(p: Platform, session_id: str) -> Session:
    """The session that a repeated proof opened earlier; once refreshed or ended, the code opens nothing any more."""
    session = load_session(p.table, session_id)
    if session is None or session.generation > 1 or session.is_over(p.clock.wall()):
        raise CodeUsed
    return session
