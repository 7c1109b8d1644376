"""The other channel's code: to the contact that the session was not opened with, good for one thing in that session."""

from __future__ import annotations

import pytest

from prakerja.platform.problems import Problem
from prakerja.registration import challenge_key, confirmation_used
from prakerja.registration.errors import (
    ChallengeBusy,
    ChallengeUnknown,
    ConfirmationLocked,
    ConfirmationUnusable,
    OtherChannelMissing,
    SessionOver,
    TooManyCodes,
    WrongCode,
)
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.model.limits import CONFIRMATION
from prakerja.registration.model.session import Session
from prakerja.registration.service import confirming
from prakerja.registration.service.confirming import resend_confirmation, start_confirmation, verify_confirmation
from prakerja.registration.service.contacts import verify_contact
from prakerja.registration.service.sessions import sign_out
from prakerja.registration.store.challenge import load_confirmations
from tests.support.sign_in import CODE_KEY, DEVICE, EMAIL, PHONE, SignIn, wrong


def both(budi: SignIn, channel: Channel = Channel.PHONE) -> Session:
    """A session opened with ``channel`` by somebody who has proven both."""
    session = budi.session()
    budi.add_contact(session)
    return session if channel is Channel.PHONE else budi.session(Channel.EMAIL, EMAIL)


def begin(budi: SignIn, session: Session, key: str = "c1") -> Challenge:
    budi.world.clock.move(seconds=61)
    who = {"person_id": session.person_id, "session_id": session.session_id}
    challenge = start_confirmation(budi.p, **who, key=key)
    budi.deliver()
    return challenge


def give_back(budi: SignIn, session: Session, challenge: Challenge, code: str | None = None) -> Challenge:
    code = code or budi.inboxes[challenge.channel].code
    who = {"person_id": session.person_id, "session_id": session.session_id}
    return verify_confirmation(budi.p, CODE_KEY, **who, challenge_id=challenge.challenge_id, code=code)


def use(budi: SignIn, session: Session, challenge: Challenge, led_to: str = "a") -> None:
    (item,) = budi.world.table.batch_get(challenge_key(challenge.challenge_id))
    who = {"person_id": session.person_id, "session_id": session.session_id}
    budi.world.table.commit(confirmation_used(budi.p, challenge.challenge_id, item, **who, led_to=led_to))


@pytest.mark.parametrize(("opened_with", "address"), [(Channel.PHONE, EMAIL), (Channel.EMAIL, PHONE)])
def test_the_code_goes_to_the_other_channel(budi: SignIn, opened_with: Channel, address: str) -> None:
    session = both(budi, opened_with)
    challenge = begin(budi, session)
    assert challenge.channel is opened_with.other
    to, text = list(budi.inboxes[opened_with.other].received.values())[-1]
    assert to == address
    assert "rekening" in text


def test_it_confirms_once_and_only_in_its_session(budi: SignIn) -> None:
    session = both(budi)
    challenge = begin(budi, session)
    with pytest.raises(ConfirmationUnusable):
        use(budi, session, challenge)  # nobody has given the code back
    with pytest.raises(WrongCode):
        give_back(budi, session, challenge, wrong(budi.inboxes[Channel.EMAIL].code))
    for _ in range(2):  # the answer to the first was lost
        assert give_back(budi, session, challenge).challenge_id == challenge.challenge_id
    other = budi.session()
    with pytest.raises(ConfirmationUnusable):
        use(budi, other, challenge)
    use(budi, session, challenge)
    with pytest.raises(ConfirmationUnusable):
        use(budi, session, challenge, "b")


def test_two_uses_at_once_are_one(budi: SignIn) -> None:
    session = both(budi)
    challenge = begin(budi, session)
    give_back(budi, session, challenge)
    (item,) = budi.world.table.batch_get(challenge_key(challenge.challenge_id))
    who = {"person_id": session.person_id, "session_id": session.session_id}
    first, second = (confirmation_used(budi.p, challenge.challenge_id, item, **who, led_to=to) for to in "ab")
    budi.world.table.commit(first)
    with pytest.raises(ConfirmationUnusable):
        budi.world.table.commit(second)


def test_it_grows_old(budi: SignIn) -> None:
    session = both(budi)
    challenge = begin(budi, session)
    give_back(budi, session, challenge)
    budi.world.clock.move(minutes=30)
    with pytest.raises(ConfirmationUnusable):
        use(budi, session, challenge)


def test_a_resent_code_replaces_the_one_before(budi: SignIn) -> None:
    session = both(budi)
    challenge = begin(budi, session)
    old = budi.inboxes[Channel.EMAIL].code
    budi.world.clock.move(seconds=61)
    resend_confirmation(budi.p, session_id=session.session_id, challenge_id=challenge.challenge_id, key="r1")
    budi.deliver()
    with pytest.raises(WrongCode):
        give_back(budi, session, challenge, old)
    give_back(budi, session, challenge)


def test_nobody_else_and_nothing_else(budi: SignIn) -> None:
    """Another session, another purpose: the challenge is as good as unknown."""
    session = both(budi)
    challenge = begin(budi, session)
    code = budi.inboxes[Channel.EMAIL].code
    other = budi.session()
    with pytest.raises(ChallengeUnknown):
        give_back(budi, other, challenge, code)
    who = {"person_id": session.person_id, "session_id": session.session_id}
    with pytest.raises(ChallengeUnknown):
        verify_contact(budi.p, CODE_KEY, **who, challenge_id=challenge.challenge_id, code=code)
    with pytest.raises(ChallengeUnknown):
        budi.verify(challenge, code, DEVICE)


@pytest.mark.parametrize("problem", [OtherChannelMissing, SessionOver])
def test_no_code_without_another_channel_or_a_session(budi: SignIn, problem: type[Problem]) -> None:
    session = budi.session() if problem is OtherChannelMissing else both(budi)
    if problem is SessionOver:
        sign_out(budi.p, session_id=session.session_id)
    calls = budi.inboxes[Channel.EMAIL].calls
    with pytest.raises(problem):
        begin(budi, session)
    assert budi.inboxes[Channel.EMAIL].calls == calls


def test_a_thief_with_many_sessions_gets_no_more_codes_than_with_one(budi: SignIn) -> None:
    session = both(budi)
    for number in range(CONFIRMATION.per_day):
        begin(budi, session, f"c{number}")
        session = budi.session()
    with pytest.raises(TooManyCodes) as caught:
        begin(budi, session, "c-more")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 3600
    assert budi.session(Channel.EMAIL, EMAIL).person_id == session.person_id  # they used up nothing of the address
    budi.world.clock.move(days=1)
    begin(budi, budi.session(), "tomorrow")


def test_three_wrong_codes_in_any_sessions_end_the_day_for_confirmations_only(budi: SignIn) -> None:
    session = both(budi)
    tried = [(session, begin(budi, session, "c1"))]
    with pytest.raises(WrongCode) as first:
        give_back(budi, *tried[0], wrong(budi.inboxes[Channel.EMAIL].code))
    assert first.value.facts["tries_left"] == 2
    other = budi.session()
    challenge = begin(budi, other, "c2")
    code = budi.inboxes[Channel.EMAIL].code
    with pytest.raises(WrongCode) as second:
        give_back(budi, other, challenge, wrong(code))
    assert second.value.facts["tries_left"] == 1
    with pytest.raises(ConfirmationLocked) as third:
        give_back(budi, other, challenge, wrong(code))
    assert third.value.retry_after is not None
    assert third.value.retry_after > 3600
    with pytest.raises(ConfirmationLocked):
        give_back(budi, other, challenge, code)  # the right one
    with pytest.raises(ConfirmationLocked):
        begin(budi, budi.session(), "c3")
    budi.world.clock.move(seconds=61)
    with pytest.raises(ConfirmationLocked):
        resend_confirmation(budi.p, session_id=other.session_id, challenge_id=challenge.challenge_id, key="r1")
    assert budi.session(Channel.EMAIL, EMAIL).person_id == session.person_id
    budi.world.clock.move(days=1)
    session = budi.session()
    give_back(budi, session, begin(budi, session, "c4"))


def test_codes_tried_in_many_sessions_at_once_are_no_more_than_three(
    budi: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was counted after the look at the person's limit is not overwritten, nor overtaken by the right code."""
    session = both(budi)
    challenges = [(session, begin(budi, session, "c1"))]
    other = budi.session()
    challenges.append((other, begin(budi, other, "c2")))
    code = budi.inboxes[Channel.EMAIL].code
    stale = load_confirmations(budi.world.table, session.person_id)
    with pytest.raises(WrongCode):
        give_back(budi, *challenges[0], wrong(code))
    monkeypatch.setattr(confirming, "load_confirmations", lambda *a: stale)
    for guess in (code, wrong(code)):
        with pytest.raises(ChallengeBusy):
            give_back(budi, *challenges[1], guess)
    assert load_confirmations(budi.world.table, session.person_id).wrong == 1
