"""From an address to a session: one account per address, one session per proof, no oracle, locks where they belong."""

from __future__ import annotations

from typing import Any

import pytest

from prakerja.platform.access_patterns import CHALLENGE, PERSON_IDENTITY
from prakerja.platform.one_time_code import one_time_code
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.registration import change_person, load_person, open_fields
from prakerja.registration.errors import (
    ChallengeBusy,
    ChallengeLocked,
    ChallengeUnknown,
    CodeExpired,
    CodeNotSentYet,
    CodeUsed,
    TooManyCodes,
    TooManyResends,
    WrongCode,
)
from prakerja.registration.messages import CodeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import MAX_RESENDS, Challenge, Purpose
from prakerja.registration.model.session import Session
from prakerja.registration.service import codes, sign_in
from prakerja.registration.service.sign_in import resend_sign_in, start_sign_in
from prakerja.registration.store.challenge import load_challenge, load_request
from prakerja.registration.store.session import rotate
from tests.support.sign_in import CODE_KEY, DEVICE, EMAIL, PHONE, SignIn, wrong
from tests.support.world import World


def begin(budi: SignIn, key: str = "k1", address: str = PHONE, device: str = DEVICE) -> Challenge:
    return start_sign_in(budi.p, channel=Channel.PHONE, address=address, device_id=device, key=key)


def sessions(world: World) -> list[dict[str, Any]]:
    return [item for item in world.items("people") if item["sk"] == "SESSION"]


def test_the_first_proof_makes_an_account_and_the_next_one_finds_it(budi: SignIn) -> None:
    first = budi.session()
    person = load_person(budi.world.table, first.person_id)
    assert (person.phone_proven, person.email_proven, person.identity_status) == (True, False, None)
    assert open_fields(budi.p, first.person_id, ["phone", "email"]) == {"phone": PHONE}
    again = budi.session(device="another-device")
    assert again.person_id == first.person_id
    assert again.session_id != first.session_id
    assert budi.session(address="+6281234567891").person_id != first.person_id
    assert sum(item["sk"] == "STATE" for item in budi.world.items("people")) == 2


def test_nothing_readable_is_stored(budi: SignIn) -> None:
    challenge = budi.start()
    code = budi.inboxes[Channel.PHONE].code
    budi.verify(challenge)
    stored = repr([budi.world.items(table) for table in ("people", "programme", "evidence")])
    for secret in (PHONE, PHONE[3:], code, DEVICE):
        assert secret not in stored


def test_asking_is_the_same_for_known_and_unknown_addresses(budi: SignIn) -> None:
    budi.session()
    calls: list[list[str]] = []
    budi.world.client.meta.events.register("before-call.dynamodb", lambda model, **_: calls[-1].append(model.name))
    for address in (PHONE, "+6281234567899"):
        budi.world.clock.move(minutes=2)
        calls.append([])
        begin(budi, "oracle", address)
    assert calls[0] == calls[1] == ["BatchGetItem", "TransactWriteItems"]
    known, unknown = (message.body.keys() for message in budi.world.take(CodeRequested.topic))
    assert known == unknown


def test_the_same_request_again_is_one_challenge_and_one_message(budi: SignIn) -> None:
    first = begin(budi)
    budi.world.clock.move(minutes=10)
    assert begin(budi).challenge_id == first.challenge_id
    assert len(budi.world.messages()) == 1
    with pytest.raises(IdempotencyKeyReused):
        begin(budi, device="another-device")


def test_the_same_request_at_the_same_time_is_recognised(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begin(budi)
    monkeypatch.setattr(
        codes,
        "load_request",
        lambda *a: (None, *load_request(budi.world.table, "none", ("ADDRESS", "none"), "none")[1:]),
    )
    assert begin(budi).challenge_id == first.challenge_id
    assert len(budi.world.messages()) == 1


def test_an_address_gets_one_code_a_minute_from_whatever_device(budi: SignIn) -> None:
    begin(budi)
    budi.world.clock.move(seconds=20)
    with pytest.raises(TooManyCodes) as caught:
        begin(budi, "k2", device="another-device")
    assert caught.value.retry_after == 40
    begin(budi, "k3", address="+6281234567891")  # a mistyped number can be put right at once
    budi.world.clock.move(seconds=40)
    begin(budi, "k2", device="another-device")


def test_an_address_gets_ten_codes_a_day(budi: SignIn) -> None:
    for number in range(10):
        begin(budi, f"k{number}", device=f"device-{number}")
        budi.world.clock.move(minutes=1)
    with pytest.raises(TooManyCodes) as caught:
        begin(budi, "k10", device="device-10")
    assert caught.value.retry_after == (14 * 60 - 10) * 60  # midnight in Jakarta; the tests begin at 10:00
    budi.world.clock.move(days=1)
    begin(budi, "k10", device="device-10")


def test_two_requests_at_the_same_time_send_one_code(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_request(budi.world.table, "none", ("ADDRESS", "none"), "none")
    begin(budi)
    monkeypatch.setattr(codes, "load_request", lambda *a: before)
    with pytest.raises(TooManyCodes):
        begin(budi, "k2")
    assert len(budi.world.messages()) == 1


def test_a_code_is_nothing_before_the_provider_took_it(budi: SignIn) -> None:
    challenge = begin(budi)
    for _ in range(5):
        with pytest.raises(CodeNotSentYet):
            budi.verify(challenge, "000000")
    budi.deliver()
    assert isinstance(budi.verify(challenge), Session)


def test_a_code_lives_five_minutes_from_its_acceptance(budi: SignIn) -> None:
    late = begin(budi)
    budi.world.clock.move(minutes=20)
    budi.deliver()
    budi.world.clock.move(seconds=299)
    assert isinstance(budi.verify(late), Session)
    challenge = budi.start()
    budi.world.clock.move(seconds=300)
    with pytest.raises(CodeExpired):
        budi.verify(challenge)


def test_three_wrong_codes_lock_challenge_and_device_but_not_the_person(budi: SignIn) -> None:
    person_id = budi.session().person_id
    challenge = budi.start()
    code = budi.inboxes[Channel.PHONE].code
    for left in (2, 1):
        with pytest.raises(WrongCode) as caught:
            budi.verify(challenge, wrong(code))
        assert caught.value.facts == {"tries_left": left}
    for guess in (wrong(code), code):
        with pytest.raises(ChallengeLocked):
            budi.verify(challenge, guess)
    budi.world.clock.move(minutes=30)
    with pytest.raises(TooManyCodes) as wait:
        budi.start(Channel.EMAIL, EMAIL)
    assert wait.value.retry_after is not None
    assert 25 * 60 < wait.value.retry_after <= 30 * 60
    assert budi.session(device="another-device").person_id == person_id
    budi.world.clock.move(minutes=30)
    assert budi.session().person_id == person_id


def test_guessing_in_parallel_counts_no_better(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = budi.start()
    code = budi.inboxes[Channel.PHONE].code
    stale = load_challenge(budi.world.table, challenge.challenge_id)
    with pytest.raises(WrongCode):
        budi.verify(challenge, wrong(code))
    with monkeypatch.context() as patch:
        patch.setattr(codes, "load_challenge", lambda *a: stale)
        for guess in (wrong(code), code):  # right and wrong are told the same
            with pytest.raises(ChallengeBusy):
                budi.verify(challenge, guess)
    assert sessions(budi.world) == []
    assert isinstance(budi.verify(challenge), Session)


def test_a_lost_answer_is_given_again(budi: SignIn) -> None:
    challenge = budi.start()
    first = budi.verify(challenge)
    items = budi.world.items("people")
    assert budi.verify(challenge) == first
    assert budi.world.items("people") == items
    with pytest.raises(ChallengeUnknown):
        budi.verify(challenge, device="another-device")
    assert isinstance(first, Session)
    budi.world.table.commit(rotate(first, budi.world.clock.wall())[1])
    with pytest.raises(CodeUsed):
        budi.verify(challenge)


def test_two_taps_at_once_are_one_session(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = budi.start()
    stale = load_challenge(budi.world.table, challenge.challenge_id)
    first = budi.verify(challenge)
    monkeypatch.setattr(codes, "load_challenge", lambda *a: stale)
    monkeypatch.setattr(sign_in, "load_account", lambda *a: (None, False))
    assert budi.verify(challenge) == first
    assert len(sessions(budi.world)) == 1


def test_two_proofs_of_a_new_address_at_once_are_one_account(budi: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = budi.start(), budi.start(device="another-device")
    first = budi.verify(one, one_time_code(CODE_KEY, one.challenge_id, 0))
    with monkeypatch.context() as patch:
        patch.setattr(sign_in, "load_account", lambda *a: (None, False))
        with pytest.raises(ChallengeBusy):
            budi.verify(other, device="another-device")
    second = budi.verify(other, device="another-device")
    assert isinstance(first, Session)
    assert isinstance(second, Session)
    assert first.person_id == second.person_id
    people = {item["pk"] for item in budi.world.items("people") if item["sk"] == "IDENTITY"}
    assert people == {PERSON_IDENTITY.key(person_id=first.person_id)["pk"]}


def test_a_resend_voids_the_code_before_and_ends(budi: SignIn) -> None:
    challenge = budi.start()
    old = budi.inboxes[Channel.PHONE].code
    resend = {"challenge_id": challenge.challenge_id, "device_id": DEVICE}
    with pytest.raises(TooManyCodes):
        resend_sign_in(budi.p, **resend, key="r1")
    budi.world.clock.move(minutes=1)
    for _ in range(2):
        assert resend_sign_in(budi.p, **resend, key="r1").resend == 1
    assert [message.body["resend"] for message in budi.world.messages()] == [1]
    with pytest.raises(CodeNotSentYet):
        budi.verify(challenge, old)
    budi.deliver()
    with pytest.raises(WrongCode):
        budi.verify(challenge, old)
    for number in range(2, MAX_RESENDS + 1):
        budi.world.clock.move(minutes=1)
        resend_sign_in(budi.p, **resend, key=f"r{number}")
    budi.world.clock.move(minutes=1)
    with pytest.raises(TooManyResends):
        resend_sign_in(budi.p, **resend, key="one-more")
    budi.deliver()
    assert isinstance(budi.verify(challenge), Session)


def test_a_resend_needs_the_device_that_asked(budi: SignIn) -> None:
    challenge = budi.start()
    budi.world.clock.move(minutes=1)
    for challenge_id, device in ((challenge.challenge_id, "another-device"), (budi.p.ids.new(), DEVICE)):
        with pytest.raises(ChallengeUnknown):
            resend_sign_in(budi.p, challenge_id=challenge_id, device_id=device, key="r1")


def verified(budi: SignIn) -> Session:
    session = budi.session()
    budi.add_contact(session)
    budi.world.table.commit(change_person(session.person_id, set={"identity_status": "VERIFIED"}))
    return session


def test_a_verified_account_opens_on_a_new_device_by_both_channels(budi: SignIn) -> None:
    person_id = verified(budi).person_id
    assert budi.session().person_id == person_id  # a known device needs one
    first = budi.start(device="another-device")
    second = budi.verify(first, device="another-device")
    assert isinstance(second, Challenge)
    assert (second.purpose, second.channel) == (Purpose.SECOND_CHANNEL, Channel.EMAIL)
    repeated = budi.verify(first, device="another-device")
    assert isinstance(repeated, Challenge)
    assert repeated.challenge_id == second.challenge_id
    assert [message.body["challenge_id"] for message in budi.world.messages()] == [second.challenge_id]
    budi.deliver()
    session = budi.verify(second, device="another-device")
    assert isinstance(session, Session)
    assert session.person_id == person_id
    assert budi.session(device="another-device").person_id == person_id


def test_the_second_code_is_no_way_in_for_another_device(budi: SignIn) -> None:
    verified(budi)
    second = budi.verify(budi.start(device="another-device"), device="another-device")
    assert isinstance(second, Challenge)
    budi.deliver()
    with pytest.raises(ChallengeUnknown):
        budi.verify(second, device="third-device")


def test_challenges_disappear_by_themselves(budi: SignIn) -> None:
    challenge = budi.start()
    item = budi.world.table.get(CHALLENGE, challenge_id=challenge.challenge_id)
    assert item is not None
    assert item["expires_at"] - int(challenge.created_at.timestamp()) == 24 * 3600
    assert "due_at" not in item
