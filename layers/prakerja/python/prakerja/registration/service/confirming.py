"""A code on the other channel, for what needs both: whoever stole a phone does not have the mailbox, and the reverse.

What is confirmed is another command's business; it names the challenge and uses it up (``confirmation_used``).
"""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.registration.errors import ConfirmationLocked, OtherChannelMissing
from prakerja.registration.model.challenge import Challenge, Purpose
from prakerja.registration.model.limits import locked_for
from prakerja.registration.service import codes
from prakerja.registration.service.sessions import read_session
from prakerja.registration.store.challenge import (
    device_mark,
    load_confirmations,
    no_wrong_confirmation,
    use_challenge,
)
from prakerja.registration.store.person import open_fields

PURPOSES = (Purpose.CONFIRMATION,)


def start_confirmation(p: Platform, *, person_id: str, session_id: str, key: str) -> Challenge:
    """Send a one-time code by the channel that the session was not opened with.

    Raises SessionOver, OtherChannelMissing, TooManyCodes, ConfirmationLocked, IdempotencyKeyReused.
    """
    # load
    session, person = read_session(p, session_id=session_id, person_id=person_id)
    channel = session.other_channel
    # decide
    if not person.proven(channel):
        raise OtherChannelMissing
    address = open_fields(p, person_id, [channel.lower()])[channel.lower()]
    challenge = Challenge(
        challenge_id=p.ids.of("participant", person_id, "start_confirmation", key),
        purpose=Purpose.CONFIRMATION,
        channel=channel,
        digests=p.guarded().digests(channel.value, address),
        device=device_mark(p, session_id),
        created_at=p.clock.wall(),
        person_id=person_id,
    )
    return codes.ask_for_code(p, challenge, address)


def resend_confirmation(p: Platform, *, session_id: str, challenge_id: str, key: str) -> Challenge:
    """Send the next code. Raises ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy, ConfirmationLocked."""
    device = device_mark(p, session_id)
    return codes.resend(p, challenge_id=challenge_id, device=device, purposes=PURPOSES, key=key)


def verify_confirmation(
    p: Platform, code_key: str, *, person_id: str, session_id: str, challenge_id: str, code: str
) -> Challenge:
    """Give the code back: the challenge now confirms one thing that this person does in this session.

    Raises what ``model.refusal`` lists, ConfirmationLocked, ChallengeBusy.
    """
    # load
    of_person = load_confirmations(p.table, person_id)
    # decide: a lock is on all sessions and codes of the person, the right one included
    if seconds := locked_for(of_person, p.clock.wall()):
        raise ConfirmationLocked(retry_after=seconds)
    challenge, repeated = codes.prove(
        p,
        code_key,
        challenge_id=challenge_id,
        code=code,
        device=device_mark(p, session_id),
        purposes=PURPOSES,
        person_id=person_id,
        of_person=of_person,
    )
    if not repeated:
        # commit
        proof = evidence(person_id, "OTHER_CHANNEL_PROVEN", p.clock.wall(), channel=challenge.channel.value)
        p.table.commit(use_challenge(challenge), no_wrong_confirmation(person_id, of_person), proof)
    return challenge
