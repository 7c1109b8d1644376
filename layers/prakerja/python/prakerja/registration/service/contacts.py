"""The second contact of a signed-in person: both channels must be proven before joining a wave."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.registration.errors import ContactAlreadyProven, ContactTaken
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge, Purpose
from prakerja.registration.model.person import Person
from prakerja.registration.service import codes
from prakerja.registration.store.challenge import device_mark, load_challenge, open_address, use_challenge
from prakerja.registration.store.person import claim_address, load_person, prove_contact

PURPOSES = (Purpose.CONTACT,)


def start_contact(
    p: Platform, *, person_id: str, session_id: str, channel: Channel, address: str, key: str
) -> Challenge:
    """Send a one-time code to a normalised address that is to become the person's. The session stands for the device.

    Raises ContactAlreadyProven, TooManyCodes, IdempotencyKeyReused; that somebody else has it shows after the proof.
    """
    digests = p.guarded().digests(channel.value, address)
    challenge = Challenge(
        challenge_id=p.ids.of("participant", person_id, "start_contact", key),
        purpose=Purpose.CONTACT,
        channel=channel,
        digests=digests,
        device=device_mark(p, session_id),
        created_at=p.clock.wall(),
        person_id=person_id,
    )
    # load
    person = load_person(p.table, person_id)
    # decide
    if person.proven(channel) and load_challenge(p.table, challenge.challenge_id) is None:
        raise ContactAlreadyProven
    return codes.ask_for_code(p, challenge, address)


def resend_contact(p: Platform, *, session_id: str, challenge_id: str, key: str) -> Challenge:
    """Send the next code. Raises ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy."""
    device = device_mark(p, session_id)
    return codes.resend(p, challenge_id=challenge_id, device=device, purposes=PURPOSES, key=key)


def verify_contact(
    p: Platform, code_key: str, *, person_id: str, session_id: str, challenge_id: str, code: str
) -> Person:
    """Give the code back: the address is the person's from now on, and signs in.

    Raises what ``model.refusal`` lists, ContactTaken, ContactAlreadyProven, ChallengeBusy.
    """
    challenge, repeated = codes.prove(
        p,
        code_key,
        challenge_id=challenge_id,
        code=code,
        device=device_mark(p, session_id),
        purposes=PURPOSES,
        person_id=person_id,
    )
    if not repeated:
        # commit
        channel = challenge.channel
        p.table.commit(
            *claim_address(person_id, channel, challenge.digests, ContactTaken()),
            *prove_contact(p, person_id, channel, open_address(p, challenge)),
            use_challenge(challenge),
            evidence(person_id, "CONTACT_PROVEN", p.clock.wall(), channel=channel.value),
        )
    return load_person(p.table, person_id)
