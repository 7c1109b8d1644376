"""The deployed notify function with real SQS events: each text once, waiting is no failure, nothing personal in logs."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import pytest

from functions.notify import handler as notify
from prakerja.gateways import http
from prakerja.gateways.http import Endpoint, HttpAnswer
from prakerja.membership import DebitAt
from prakerja.platform.observability import log
from prakerja.platform.one_time_code import one_time_code
from prakerja.registration.messages import CodeRequested, NoticeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.service.sign_in import start_sign_in
from prakerja.registration.store.challenge import load_challenge
from prakerja.training import PaymentCodeRequested
from prakerja.training.model.payment import Payment, PaymentState
from prakerja.training.store.payment import new_payment
from tests.support.sign_in import DEVICE, EMAIL, PHONE, Providers, SignIn
from tests.support.wired import sample, wire
from tests.support.world import World

SAMPLE_CHALLENGE = "0d5f5a6b-7c8d-4f0e-9f4f-5f0c5b0e6d0b"
SAMPLE_PERSON = "53cec927-6a03-50b7-bf9f-4387f9419c85"


@pytest.fixture
def inboxes(world: World, monkeypatch: pytest.MonkeyPatch) -> Providers:
    wire(world, monkeypatch)
    providers = Providers()
    monkeypatch.setattr(notify, "senders", lambda: providers)
    return providers


def play(case: str, *, times: int = 1, **replaced: str) -> list[str]:
    """Send a sample with other ids in it; the ids of the messages that failed."""
    text = json.dumps(sample("notify", case))
    for old, new in ((SAMPLE_CHALLENGE, "challenge"), (SAMPLE_PERSON, "person")):
        text = text.replace(old, replaced.get(new, old))
    event = json.loads(text)
    event["Records"] *= times
    return [failure["itemIdentifier"] for failure in notify.handler(event, None)["batchItemFailures"]]


def ask(world: World) -> Challenge:
    challenge = start_sign_in(world.platform, channel=Channel.PHONE, address=PHONE, device_id=DEVICE, key="k1")
    world.take()
    return challenge


def plant_payment(world: World, person_id: str, **changes: Any) -> Payment:
    facts = {
        "payment_id": SAMPLE_CHALLENGE,
        "intent": "an intent",
        "client_code": "platform-1",
        "user_platform_id": "u-1",
        "person_id": person_id,
        "course_code": "course-1",
        "schedule_code": "schedule-1",
        "amount": 750_000,
        "pools": 1,
        "account_required": False,
        "debit_at": DebitAt.PURCHASE,
        "valid_until": world.clock.wall() + timedelta(minutes=10),
    }
    payment = Payment(**{**facts, **changes})
    world.table.commit(new_payment(payment))
    return payment


def test_a_code_is_brought_once_however_often_its_message_comes(world: World, inboxes: Providers) -> None:
    challenge = ask(world)
    for _ in range(2):
        assert play("code_requested", times=2, challenge=challenge.challenge_id) == []
    inbox = inboxes[Channel.PHONE]
    assert (inbox.calls, list(inbox.received)) == (1, [f"code-{challenge.challenge_id}-0"])
    assert inbox.code == one_time_code("CODE_SECRET for tests", challenge.challenge_id, 0)
    sent = load_challenge(world.table, challenge.challenge_id)
    assert sent is not None
    assert sent.code_sent_at == world.clock.wall()


def test_waiting_for_a_provider_is_no_failure(world: World, inboxes: Providers) -> None:
    challenge = ask(world)
    inboxes[Channel.PHONE].down = True
    assert play("code_requested", challenge=challenge.challenge_id) == []
    [again] = world.take(CodeRequested.topic)
    assert again.queues == ["notify_codes_phone"]
    assert again.delay_seconds > 0


def test_messages_about_nothing_are_done(inboxes: Providers) -> None:
    assert play("batch") == []
    assert play("code_requested") == []
    assert play("notice_requested") == []
    assert play("payment_code_requested") == []
    assert [inbox.calls for inbox in inboxes.values()] == [0, 0]


def test_an_unknown_topic_or_body_fails_alone(world: World, inboxes: Providers) -> None:
    challenge = ask(world)
    event = sample("notify", "batch")
    event["Records"][0] = sample("notify", "code_requested")["Records"][0]
    event["Records"][0]["body"] = json.dumps({"challenge_id": challenge.challenge_id, "resend": 0})
    event["Records"][1]["messageAttributes"]["topic"]["stringValue"] = "registration.unheard_of.v1"
    broken = [
        {**event["Records"][0], "messageId": str(number), "body": body} for number, body in enumerate(("{", "{}"))
    ]
    failures = notify.handler({"Records": [*event["Records"], *broken]}, None)["batchItemFailures"]
    assert [failure["itemIdentifier"] for failure in failures] == [event["Records"][1]["messageId"], "0", "1"]
    assert inboxes[Channel.PHONE].calls == 1


def test_a_notice_reaches_its_person(world: World, inboxes: Providers) -> None:
    person_id = SignIn(world).session().person_id
    assert play("notice_requested", times=2, person=person_id) == []
    inbox = inboxes[Channel.PHONE]
    assert [to for to, _ in inbox.received.values()] == [PHONE]
    inbox.down = True
    assert play("notice_requested", person=person_id) == []
    assert len(world.take(NoticeRequested.topic)) == 1


def test_a_payment_code_is_brought_to_the_phone_of_the_buyer(world: World, inboxes: Providers) -> None:
    payment = plant_payment(world, SignIn(world).session().person_id)
    assert play("payment_code_requested", times=2) == []
    inbox = inboxes[Channel.PHONE]
    [(reference, (to, _))] = inbox.received.items()
    assert (reference, to) == (f"payment-{payment.payment_id}-0", PHONE)
    assert inbox.code == one_time_code("PAYMENT_CODE_SECRET for tests", payment.payment_id, 0)


@pytest.mark.parametrize("changes", [{"resend": 1}, {"wrong": 3}, {"state": PaymentState.USED}])
def test_a_payment_code_of_no_use_is_not_sent(world: World, inboxes: Providers, changes: dict[str, Any]) -> None:
    plant_payment(world, SignIn(world).session().person_id, **changes)
    assert play("payment_code_requested") == []
    assert inboxes[Channel.PHONE].calls == 0


def test_a_payment_code_is_tried_until_its_time_is_over(world: World, inboxes: Providers) -> None:
    plant_payment(world, SignIn(world).session().person_id)
    inboxes[Channel.PHONE].down = True
    assert play("payment_code_requested") == []
    [again] = world.take(PaymentCodeRequested.topic)
    assert (again.body["resend"], again.delay_seconds) == (0, 15)
    world.clock.move(minutes=10)
    assert play("payment_code_requested") == []
    assert world.take(PaymentCodeRequested.topic) == []
    assert inboxes[Channel.PHONE].calls == 1


def test_each_code_that_a_provider_took_is_counted_by_channel(
    world: World, inboxes: Providers, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anybody can make us send them, so their number is watched."""
    plant_payment(world, SignIn(world).session().person_id)
    world.clock.move(minutes=1)
    challenge = ask(world)
    capsys.readouterr()
    inboxes[Channel.PHONE].down = True
    play("code_requested", challenge=challenge.challenge_id)
    inboxes[Channel.PHONE].down = False
    play("code_requested", challenge=challenge.challenge_id)
    play("payment_code_requested")
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"CodeHandedOver"' in line]
    assert [metric["channel"] for metric in counted] == ["PHONE", "PHONE"]
    assert counted[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["channel", "service"]]


def test_an_absent_provider_is_counted_whatever_it_was_to_bring(
    world: World, inboxes: Providers, capsys: pytest.CaptureFixture[str]
) -> None:
    person_id = SignIn(world).session().person_id
    plant_payment(world, person_id)
    world.clock.move(minutes=1)
    challenge = ask(world)
    inboxes[Channel.PHONE].down = True
    capsys.readouterr()
    play("code_requested", challenge=challenge.challenge_id)
    play("payment_code_requested")
    play("notice_requested", person=person_id)
    lines = [line for line in capsys.readouterr().out.splitlines() if '"MessageProviderUnavailable"' in line]
    assert [json.loads(line)["channel"] for line in lines] == ["PHONE"] * 3


def test_a_refused_phone_ends_the_message(world: World, inboxes: Providers) -> None:
    plant_payment(world, SignIn(world).session().person_id)
    inboxes[Channel.PHONE].refuses = True
    assert play("payment_code_requested") == []
    assert world.messages() == []


def test_each_channel_has_the_provider_of_the_settings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wire(world, monkeypatch, SMS_URL="http://sms.test", EMAIL_URL="http://email.test")
    posted: list[tuple[str, str]] = []

    def exchange(endpoint: Endpoint, method: str, path: str, *, body: bytes, **_: Any) -> HttpAnswer:
        posted.append((endpoint.base_url + path, json.loads(body)["to"]))
        return HttpAnswer(endpoint, 202, {}, b'{"id": "m-1"}')

    monkeypatch.setattr(http, "exchange", exchange)
    notify.senders.cache_clear()
    challenge = ask(world)
    assert play("code_requested", challenge=challenge.challenge_id) == []
    world.clock.move(minutes=1)
    other = start_sign_in(world.platform, channel=Channel.EMAIL, address=EMAIL, device_id=DEVICE, key="k2")
    assert play("code_requested", challenge=other.challenge_id) == []
    notify.senders.cache_clear()
    assert posted == [("http://sms.test/v1/messages", PHONE), ("http://email.test/v1/messages", EMAIL)]


def test_codes_and_phones_never_reach_a_log(
    world: World, inboxes: Providers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for log_handler in log.handlers:
        monkeypatch.setattr(log_handler, "stream", sys.stdout)
    challenge = ask(world)

    def break_down(*, to: str, text: str, reference: str, subject: str = "") -> str:
        raise RuntimeError(f"{to} {text}")

    with monkeypatch.context() as patch:
        patch.setattr(inboxes[Channel.PHONE], "send", break_down)
        assert len(play("code_requested", challenge=challenge.challenge_id)) == 1
    play("code_requested", challenge=challenge.challenge_id)
    written = "".join(capsys.readouterr())
    assert '"message failed"' in written
    assert inboxes[Channel.PHONE].code not in written
    assert PHONE[3:] not in written
