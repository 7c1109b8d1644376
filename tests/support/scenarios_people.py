"""Signing up and proving who one is: the first part of the journey, as Ani does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import functions.relay_outbox.handler as relay_outbox
import functions.sweep_due.handler as sweep_due
import functions.sweep_outbox.handler as sweep_outbox
from prakerja.identity import submit_identity
from prakerja.identity.answers import RegistryRecord
from prakerja.platform.access_patterns import GUARD
from prakerja.platform.parts import put_new
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.service.contacts import start_contact, verify_contact
from prakerja.registration.service.sessions import refresh_session, sign_out
from prakerja.registration.service.sign_in import resend_sign_in, start_sign_in, verify_sign_in
from prakerja.registration.tokens import TokenKeys
from tests.support.people import someone
from tests.support.scenarios import Step, aside, delivery, passes
from tests.support.scenarios_stage import Stage

ANI = someone(1)
DEVICE, OTHER_DEVICE = "device-of-ani", "another-device-of-ani"
CODE_KEY = "CODE_SECRET for tests"
KEYS = TokenKeys.of("TOKEN_SECRET for tests")

CODE, CHECK, NOTICE = (
    "registration.code_requested.v1",
    "identity.check_requested.v1",
    "registration.notice_requested.v1",
)
PROVIDER_TROUBLE = frozenset({"attempts", "due_shard", "due_at"})
REGISTRY_TROUBLE = frozenset({"identity_attempts", "due_shard", "due_at"})


def _start(stage: Stage, channel: Channel = Channel.PHONE, device: str = DEVICE, key: str = "sign-in-1") -> Any:
    address = ANI.phone if channel is Channel.PHONE else ANI.email
    challenge = start_sign_in(stage.p, channel=channel, address=address, device_id=device, key=key)
    stage.memo.challenge_id = challenge.challenge_id
    return challenge.challenge_id, challenge.resend


def _verify(stage: Stage, device: str = DEVICE) -> Any:
    found = verify_sign_in(
        stage.p, CODE_KEY, challenge_id=stage.memo.challenge_id, code=stage.memo.code, device_id=device
    )
    if isinstance(found, Challenge):
        return found.challenge_id, found.channel
    stage.memo.person_id, stage.memo.session = found.person_id, found
    return found.session_id, found.person_id, found.generation


def _read_code(stage: Stage) -> None:
    stage.memo.code = stage.code(ANI.phone)


def _read_email(stage: Stage) -> None:
    stage.memo.code = stage.code(ANI.email)


def _refresh(stage: Stage) -> Any:
    token = KEYS.refresh_token(stage.memo.session)
    after = refresh_session(stage.p, KEYS, refresh_token=token, device_id=DEVICE)
    return after.session_id, after.generation


def _contact(stage: Stage) -> Any:
    session = stage.memo.session
    challenge = start_contact(
        stage.p,
        person_id=session.person_id,
        session_id=session.session_id,
        channel=Channel.EMAIL,
        address=ANI.email,
        key="contact-1",
    )
    stage.memo.challenge_id = challenge.challenge_id
    return challenge.challenge_id


def _verify_contact(stage: Stage) -> Any:
    session = stage.memo.session
    person = verify_contact(
        stage.p,
        CODE_KEY,
        person_id=session.person_id,
        session_id=session.session_id,
        challenge_id=stage.memo.challenge_id,
        code=stage.memo.code,
    )
    return person.phone_proven, person.email_proven


def _submit(stage: Stage) -> Any:
    record = RegistryRecord(ANI.nik, ANI.family_card_number, ANI.full_name, ANI.birth_date, ANI.mother_name)
    check = submit_identity(stage.p, person_id=stage.memo.person_id, record=record, region="3276", key="identity-1")
    return check.status, check.number


def _rows(stage: Stage) -> None:
    stage.memo.records = stage.records()
    assert stage.memo.records


def _lose_messages(stage: Stage) -> None:
    stage.relay()
    stage.waiting.clear()
    stage.clock.move(minutes=3)


def _new_device(stage: Stage) -> None:
    stage.clock.move(minutes=2)
    _start(stage, device=OTHER_DEVICE, key="sign-in-2")
    stage.relay()
    stage.work(stage.take(CODE))
    _read_code(stage)


def _away(stage: Stage) -> None:
    stage.outside.down.add("registry")


def _nik_is_taken(stage: Stage) -> None:
    stage.outside.know(ANI)
    digest = stage.world.guards.digest("NIK", ANI.nik)
    stage.world.table.commit(put_new(GUARD, {"person_id": "somebody"}, kind="NIK", digest=digest))


def sweep(stage: Stage) -> Any:
    """What the cron does every minute."""
    return sweep_due.handler({}, None)


VERIFY: dict[str, Any] = {"ignores": REGISTRY_TROUBLE, "may_announce": frozenset({CHECK})}
SEND: dict[str, Any] = {"ignores": PROVIDER_TROUBLE, "may_announce": frozenset({CODE})}

SIGN_UP = (
    Step("start sign-in", _start),
    Step("relay outbox", lambda s: relay_outbox.handler({"Records": s.memo.records}, None), _rows, aside=True),
    Step("sweep outbox", lambda s: sweep_outbox.handler({}, None) and None, passes(minutes=6), aside=True),
    Step("sweep due: code", sweep, _lose_messages, aside=True),
    delivery("send code", CODE, **SEND),
    Step("resend code", lambda s: resend_sign_in(
        s.p, challenge_id=s.memo.challenge_id, device_id=DEVICE, key="resend-1").resend, passes(minutes=2), aside=True),
    Step("verify code: new account", _verify, _read_code),
    Step("refresh session", _refresh),
    Step("sign out", lambda s: sign_out(s.p, session_id=s.memo.session.session_id), aside=True),
    Step("add contact", _contact, passes(minutes=2)),
    aside(delivery("send code: e-mail", CODE, **SEND)),
    delivery("send code", CODE, **SEND),
    Step("verify contact", _verify_contact, _read_email),
)  # fmt: skip

IDENTITY = (
    Step("submit identity", _submit, passes(minutes=1)),
    Step("sweep due: identity", sweep, _lose_messages, aside=True),
    aside(delivery("verify identity: registry away", CHECK, before=_away, **VERIFY)),
    aside(delivery("verify identity: unknown NIK", CHECK, **VERIFY)),
    aside(delivery("verify identity: NIK taken", CHECK, before=_nik_is_taken, **VERIFY)),
    delivery("verify identity", CHECK, before=lambda s: s.outside.know(ANI), **VERIFY),
    delivery("send notice", NOTICE, wait=timedelta(minutes=1), may_announce=frozenset({NOTICE})),
    Step("verify code: second channel", lambda s: _verify(s, OTHER_DEVICE), _new_device, aside=True),
)
