"""The second contact: proven like the first, unique over all people, not replaceable here."""

from __future__ import annotations

import pytest

from prakerja.platform.access_patterns import GUARD
from prakerja.registration import load_person, open_fields
from prakerja.registration.errors import ChallengeBusy, ChallengeUnknown, ContactAlreadyProven, ContactTaken, WrongCode
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.model.person import Person
from prakerja.registration.model.session import Session
from prakerja.registration.service import codes
from prakerja.registration.service.contacts import resend_contact, start_contact, verify_contact
from prakerja.registration.store.challenge import load_challenge
from tests.support.sign_in import CODE_KEY, EMAIL, PHONE, SignIn, wrong


def begin(budi: SignIn, session: Session, address: str = EMAIL, key: str = "c1") -> Challenge:
    who = {"person_id": session.person_id, "session_id": session.session_id}
    return start_contact(budi.p, **who, channel=Channel.EMAIL, address=address, key=key)


def verify(budi: SignIn, session: Session, challenge: Challenge, code: str | None = None) -> Person:
    who = {"person_id": session.person_id, "session_id": session.session_id}
    code = code or budi.inboxes[challenge.channel].code
    return verify_contact(budi.p, CODE_KEY, **who, challenge_id=challenge.challenge_id, code=code)


def test_both_channels_lead_to_one_person(budi: SignIn) -> None:
    session = budi.session()
    challenge = begin(budi, session)
    budi.deliver()
    before = load_person(budi.world.table, session.person_id)
    assert not before.email_proven
    with pytest.raises(WrongCode):
        verify(budi, session, challenge, wrong(budi.inboxes[Channel.EMAIL].code))
    person = verify(budi, session, challenge)
    assert (person.phone_proven, person.email_proven) == (True, True)
    assert open_fields(budi.p, person.person_id, ["phone", "email"]) == {"phone": PHONE, "email": EMAIL}
    assert budi.session(Channel.EMAIL, EMAIL).person_id == session.person_id


def test_a_lost_answer_is_given_again(budi: SignIn) -> None:
    session = budi.session()
    challenge = begin(budi, session)
    assert begin(budi, session).challenge_id == challenge.challenge_id
    budi.deliver()
    person = verify(budi, session, challenge)
    items = budi.world.items("people")
    assert verify(budi, session, challenge) == person
    assert begin(budi, session).challenge_id == challenge.challenge_id
    assert budi.world.items("people") == items
    assert budi.inboxes[Channel.EMAIL].calls == 1


def test_the_same_proof_at_the_same_time_is_recognised(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    session = budi.session()
    challenge = begin(budi, session)
    budi.deliver()
    stale = load_challenge(budi.world.table, challenge.challenge_id)
    person = verify(budi, session, challenge)
    monkeypatch.setattr(codes, "load_challenge", lambda *a: stale)
    assert verify(budi, session, challenge) == person


def test_an_address_of_somebody_else_shows_only_after_the_proof(budi: SignIn) -> None:
    other = budi.session(address="+6281234567891", device="device-of-siti")
    budi.add_contact(other)
    session = budi.session()
    budi.world.clock.move(minutes=1)
    challenge = begin(budi, session)
    budi.deliver()
    for _ in range(2):
        with pytest.raises(ContactTaken):
            verify(budi, session, challenge)
    assert not load_person(budi.world.table, session.person_id).email_proven
    guards = [item for item in budi.world.items("people") if item["pk"].startswith("GUARD#EMAIL")]
    assert [guard["person_id"] for guard in guards] == [other.person_id]


def test_a_proven_contact_is_not_replaced(budi: SignIn) -> None:
    session = budi.session()
    first = begin(budi, session)
    second = begin_later(budi, session, "budi.lama@contoh.id")
    budi.deliver()
    texts = dict(budi.inboxes[Channel.EMAIL].received.values())
    verify(budi, session, first, digits(texts[EMAIL]))
    with pytest.raises(ContactAlreadyProven):
        verify(budi, session, second, digits(texts["budi.lama@contoh.id"]))
    with pytest.raises(ContactAlreadyProven):
        begin_later(budi, session, "budi.baru@contoh.id", "c3")
    assert budi.world.table.get(GUARD, kind="EMAIL", digest=second.digests[-1]) is None
    assert open_fields(budi.p, session.person_id, ["email"]) == {"email": EMAIL}


def begin_later(budi: SignIn, session: Session, address: str, key: str = "c2") -> Challenge:
    budi.world.clock.move(minutes=1)
    return begin(budi, session, address, key)


def digits(text: str) -> str:
    return next(word.strip(".") for word in text.split() if word.strip(".").isdigit() and len(word.strip(".")) == 6)


def test_a_contact_challenge_is_of_one_person_and_one_session(budi: SignIn) -> None:
    session = budi.session()
    stranger = budi.session(address="+6281234567891", device="device-of-siti")
    challenge = begin(budi, session)
    budi.deliver()
    with pytest.raises(ChallengeUnknown):
        verify(budi, stranger, challenge)
    with pytest.raises(ChallengeUnknown):  # nor is it a way to sign in
        budi.verify(challenge)
    budi.world.clock.move(minutes=1)
    with pytest.raises(ChallengeUnknown):
        resend_contact(budi.p, session_id=stranger.session_id, challenge_id=challenge.challenge_id, key="r1")
    resent = resend_contact(budi.p, session_id=session.session_id, challenge_id=challenge.challenge_id, key="r1")
    assert resent.resend == 1
    budi.deliver()
    assert verify(budi, session, challenge).email_proven


def test_a_sign_in_challenge_proves_no_contact(budi: SignIn) -> None:
    session = budi.session()
    challenge = budi.start(Channel.EMAIL, EMAIL, device=session.session_id)
    with pytest.raises(ChallengeUnknown):
        verify(budi, session, challenge)


def test_a_wrong_code_in_between_is_told_apart_from_a_proof(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    session = budi.session()
    challenge = begin(budi, session)
    budi.deliver()
    stale = load_challenge(budi.world.table, challenge.challenge_id)
    with pytest.raises(WrongCode):
        verify(budi, session, challenge, wrong(budi.inboxes[Channel.EMAIL].code))
    monkeypatch.setattr(codes, "load_challenge", lambda *a: stale)
    with pytest.raises(ChallengeBusy):
        verify(budi, session, challenge)
    assert not load_person(budi.world.table, session.person_id).email_proven
