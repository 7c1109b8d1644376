"""Strangers can use up an address's codes; its holder still gets some on a device that signed in there before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from prakerja.registration.errors import TooManyCodes
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.model.limits import ADDRESS, OWN_DEVICE
from prakerja.registration.service.confirming import start_confirmation
from prakerja.registration.service.sign_in import resend_sign_in, start_sign_in
from tests.support.sign_in import DEVICE, EMAIL, PHONE, SignIn

UNKNOWN = "+6281234567899"


def ask(budi: SignIn, key: str, device: str = DEVICE, channel: Channel = Channel.PHONE, to: str = PHONE) -> Challenge:
    return start_sign_in(budi.p, channel=channel, address=to, device_id=device, key=key)


def shut_out(budi: SignIn, channel: Channel = Channel.PHONE, to: str = PHONE) -> None:
    """Strangers ask for codes to an address until it gets none today."""
    for number in range(ADDRESS.per_day):
        budi.world.clock.move(minutes=1)
        try:
            ask(budi, f"stranger-{number}", f"device-of-stranger-{number}", channel, to)
        except TooManyCodes:
            break
    budi.world.clock.move(minutes=1)
    with pytest.raises(TooManyCodes):
        ask(budi, "one more", "device-of-another-stranger", channel, to)


def test_the_holder_gets_codes_on_a_device_of_theirs_until_it_has_had_its_own(budi: SignIn) -> None:
    first = budi.session()
    shut_out(budi)
    ask(budi, "own")
    with pytest.raises(TooManyCodes) as soon:
        ask(budi, "too soon")
    assert soon.value.retry_after == 60
    for number in range(OWN_DEVICE.per_day - 2):  # one was for signing in
        budi.world.clock.move(minutes=1)
        ask(budi, f"own-{number}")
    with pytest.raises(TooManyCodes) as today:
        ask(budi, "one too many")
    assert today.value.retry_after is not None
    assert today.value.retry_after > 3600
    budi.world.clock.move(days=1)
    assert budi.session().person_id == first.person_id


def test_any_device_and_either_address_of_the_holder_will_do(budi: SignIn) -> None:
    budi.add_contact(budi.session())
    budi.session(device="a second device")
    shut_out(budi)
    shut_out(budi, Channel.EMAIL, EMAIL)
    budi.session(device="a second device")
    budi.session(Channel.EMAIL, EMAIL)


def test_a_code_can_be_resent_and_a_payout_account_changed_meanwhile(budi: SignIn) -> None:
    session = budi.session()
    budi.add_contact(session)
    shut_out(budi)
    shut_out(budi, Channel.EMAIL, EMAIL)
    challenge = ask(budi, "own")
    budi.world.clock.move(minutes=1)
    assert resend_sign_in(budi.p, challenge_id=challenge.challenge_id, device_id=DEVICE, key="r1").resend == 1
    who = {"person_id": session.person_id, "session_id": session.session_id}
    assert start_confirmation(budi.p, **who, key="c1").channel is Channel.EMAIL


def test_a_stranger_cannot_tell_whether_an_address_has_an_account(
    budi: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    budi.session()
    shut_out(budi)
    shut_out(budi, to=UNKNOWN)
    budi.world.clock.now = budi.world.clock.now.replace(second=0)
    reads: list[int] = []
    real: Callable[..., object] = budi.world.table.batch_get

    def counted(*keys: object) -> object:
        reads.append(len(keys))
        return real(*keys)

    monkeypatch.setattr(budi.world.table, "batch_get", counted)
    seen = []
    for address in (PHONE, UNKNOWN):
        reads.clear()
        with pytest.raises(TooManyCodes) as caught:
            ask(budi, "k", "a stranger", to=address)
        seen.append((caught.value.retry_after, tuple(reads)))
    assert seen[0] == seen[1]
