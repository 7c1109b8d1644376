"""The deployed sign-in function with real API Gateway events: what people see, and what nobody may see."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from functions.sign_in import answers
from functions.sign_in.handler import handler
from prakerja import wiring
from prakerja.platform.observability import log
from prakerja.platform.one_time_code import one_time_code
from prakerja.registration import change_person
from prakerja.registration.messages import CodeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.service.delivery import send_code
from tests.support.sign_in import Providers, wrong
from tests.support.wired import answer_of, request, sample, wire
from tests.support.world import World

DEVICE = "5f0c5b0e-6d0b-4f0e-9f4f-0d5f5a6b7c8d"
SAMPLE_CHALLENGE = "0d5f5a6b-7c8d-4f0e-9f4f-5f0c5b0e6d0b"
CODE_KEY = "CODE_SECRET for tests"


class App:
    """A person's app: sends sample events with its own ids, codes and tokens in them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.inboxes = Providers()
        self.headers: dict[str, Any] = {}

    def play(
        self, case: str, *, challenge: str = "", token: str = "", headers: Any = None, **body: str
    ) -> tuple[int, Any]:
        event = sample("sign_in", case)
        path = event["rawPath"].replace(SAMPLE_CHALLENGE, challenge or SAMPLE_CHALLENGE)
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        if token:
            event["headers"]["authorization"] = f"Bearer {token}"
        event["headers"] |= headers or {}
        if body:
            event["body"] = json.dumps({**json.loads(event["body"]), **body})
        response = handler(event, None)
        self.headers = response["headers"]
        return answer_of(response)

    def start(self, case: str = "start_phone", **changes: Any) -> str:
        status, challenge = self.play(case, **changes)
        assert status == 202, challenge
        for sent in self.world.take(CodeRequested.topic):
            send_code(self.world.platform, self.inboxes, CODE_KEY, challenge_id=sent.body["challenge_id"])
        return str(challenge["challenge_id"])

    def sign_in(self) -> dict[str, Any]:
        status, tokens = self.play("verify", challenge=self.start(), code=self.inboxes[Channel.PHONE].code)
        assert status == 200, tokens
        return dict(tokens)


@pytest.fixture
def app(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    wire(world, monkeypatch)
    answers._published.cache_clear()
    yield App(world)
    answers._published.cache_clear()


def slug(problem: dict[str, Any]) -> str:
    return str(problem["type"]).rsplit("/", 1)[-1]


def test_sign_up_with_phone_and_e_mail(app: App) -> None:
    tokens = app.sign_in()
    assert app.headers["Cache-Control"] == "no-store"
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    access = tokens["access_token"]
    status, session = app.play("read_session", token=access)
    assert (status, session["phone_proven"], session["email_proven"]) == (200, True, False)
    contact = app.start("start_contact", token=access)
    app.world.clock.move(minutes=1)
    assert app.start("resend_contact", challenge=contact, token=access) == contact
    code = app.inboxes[Channel.EMAIL].code
    answer = app.play("verify_contact", challenge=contact, token=access, code=code)
    assert answer == (200, {"phone_proven": True, "email_proven": True})
    status, problem = app.play("start_contact", token=access, headers={"idempotency-key": "other"})
    assert (status, slug(problem)) == (409, "contact-already-proven")


def test_the_second_channel_of_a_verified_account_on_a_new_device(app: App) -> None:
    tokens = app.sign_in()
    contact = app.start("start_contact", token=tokens["access_token"])
    app.play("verify_contact", challenge=contact, token=tokens["access_token"], code=app.inboxes[Channel.EMAIL].code)
    app.world.table.commit(change_person(tokens["person_id"], set={"identity_status": "VERIFIED"}))
    app.world.clock.move(minutes=2)
    device = {"device_id": "a-new-device-of-budi"}
    first = app.start(**device, headers={"idempotency-key": "new-device"})
    answer = app.play("verify", challenge=first, code=app.inboxes[Channel.PHONE].code, **device)
    second = answer[1]["next"]
    assert answer == (
        200,
        {"next": {"challenge_id": second["challenge_id"], "channel": "EMAIL", "expires_in": 300, "resend_after": 60}},
    )
    [sent] = app.world.take(CodeRequested.topic)
    send_code(app.world.platform, app.inboxes, CODE_KEY, challenge_id=sent.body["challenge_id"])
    code = app.inboxes[Channel.EMAIL].code
    status, again = app.play("verify", challenge=second["challenge_id"], code=code, **device)
    assert (status, again["person_id"]) == (200, tokens["person_id"])


def test_refresh_and_sign_out(app: App) -> None:
    tokens = app.sign_in()
    old = {"refresh_token": tokens["refresh_token"]}
    status, fresh = app.play("refresh", **old)
    assert status == 200
    assert fresh["refresh_token"] != old["refresh_token"]
    assert app.play("refresh", **old)[1]["refresh_token"] == fresh["refresh_token"]
    status, problem = app.play("refresh", **old, device_id="device-of-a-thief")
    assert (status, slug(problem)) == (401, "session-over")
    status, problem = app.play("refresh", refresh_token=fresh["refresh_token"])
    assert (status, slug(problem)) == (401, "session-over")
    app.world.clock.move(minutes=2)
    status, tokens = app.play(
        "verify",
        challenge=app.start(headers={"idempotency-key": "again"}),
        code=app.inboxes[Channel.PHONE].code,
    )
    assert app.play("sign_out", token=tokens["access_token"]) == (204, "")
    status, problem = app.play("read_session", token=tokens["access_token"])
    assert (status, slug(problem)) == (401, "session-over")


def test_known_and_unknown_addresses_look_alike(app: App) -> None:
    app.sign_in()
    calls: list[list[str]] = []
    app.world.client.meta.events.register("before-call.dynamodb", lambda model, **_: calls[-1].append(model.name))
    seen = []
    for address in ("081234567890", "081234567899"):
        app.world.clock.move(minutes=2)
        calls.append([])
        answer = app.play("start_phone", address=address, headers={"idempotency-key": "oracle"})
        shape = {name: type(value) for name, value in answer[1].items()}
        constant = {name: value for name, value in answer[1].items() if name != "challenge_id"}
        headers = {name: value for name, value in app.headers.items() if name != "x-correlation-id"}
        seen.append((answer[0], shape, constant, headers))
    assert seen[0] == seen[1]
    assert calls[0] == calls[1]


def test_wrong_expired_locked_unknown(app: App) -> None:
    challenge = app.start()
    code = app.inboxes[Channel.PHONE].code
    told = [app.play("verify", challenge=challenge, code=wrong(code)) for _ in range(4)]
    assert [(status, slug(problem)) for status, problem in told] == [
        (422, "wrong-code"),
        (422, "wrong-code"),
        (429, "challenge-locked"),
        (429, "challenge-locked"),
    ]
    assert [problem.get("tries_left") for _, problem in told] == [2, 1, None, None]
    assert app.headers["Retry-After"] == "3600"
    status, problem = app.play("start_email")
    assert (status, slug(problem)) == (429, "too-many-codes")
    assert app.headers["Retry-After"] == "3600"
    status, problem = app.play("verify", code=code)
    assert (status, slug(problem)) == (404, "challenge-unknown")
    app.world.clock.move(minutes=2)
    other = app.start(device_id="another-device", headers={"idempotency-key": "another"})
    app.world.clock.move(minutes=5)
    code = app.inboxes[Channel.PHONE].code
    status, problem = app.play("verify", challenge=other, code=code, device_id="another-device")
    assert (status, slug(problem)) == (409, "code-expired")


def test_a_resend_waits_its_minute(app: App) -> None:
    challenge = app.start()
    status, problem = app.play("resend", challenge=challenge)
    assert (status, slug(problem), app.headers["Retry-After"]) == (429, "too-many-codes", "60")
    app.world.clock.move(minutes=1)
    assert app.play("resend", challenge=challenge)[0] == 202
    assert app.play("resend", challenge=challenge)[0] == 202  # the same request again
    assert len(app.world.messages()) == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"address": "0215550123"}, "body.address"),
        ({"address": "+14155552671"}, "body.address"),
        ({"channel": "EMAIL"}, "body.address"),
        ({"channel": "FAX"}, "body.channel"),
        ({"device_id": "short"}, "body.device_id"),
        ({"device_id": "perangkat budi"}, "body.device_id"),
        ({"password": "rahasia"}, "body.password"),
    ],
)
def test_bad_requests_name_the_field_and_repeat_nothing(app: App, changes: dict[str, str], where: str) -> None:
    status, problem = app.play("start_phone", **changes)
    assert (status, [error["where"] for error in problem["errors"]]) == (422, [where])
    assert all(value not in json.dumps(problem) for value in changes.values() if value not in ("EMAIL", "FAX"))
    assert app.world.items("people") == []


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", ""])
def test_codes_are_six_plain_digits(app: App, code: str) -> None:
    assert app.play("verify", challenge=app.start(), code=code)[0] == 422


def test_odd_challenge_ids_are_refused(app: App) -> None:
    for challenge in ("x", "a%23b", "CHALLENGE%23x", "0" * 37):
        path = f"/v1/sign-in/challenges/{challenge}/verify"
        response = handler(request("POST", path, {"code": "123456", "device_id": DEVICE}), None)
        assert response["statusCode"] == 422


@pytest.mark.parametrize("case", ["start_contact", "resend_contact", "verify_contact", "read_session", "sign_out"])
@pytest.mark.parametrize("token", ["", "nonsense", "eyJhbGciOiJub25lIn0.e30."])
def test_signed_in_routes_ask_who(app: App, case: str, token: str) -> None:
    status, problem = app.play(case, token=token)
    assert (status, slug(problem)) == (401, "not-signed-in")


def test_every_sample_is_understood(app: App) -> None:
    for case in ("start_phone", "start_email", "resend", "verify", "refresh", "jwks"):
        status, _ = app.play(case)
        assert status in {200, 202, 401, 404, 429}, case


def test_the_key_set_can_be_read_before_anybody_signed_in(app: App) -> None:
    status, keys = app.play("jwks")
    assert status == 200
    [key] = keys["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")
    assert set(key) == {"kty", "crv", "use", "alg", "kid", "x"}
    assert wiring.token_key(key["kid"])


def test_what_is_published_is_what_happens() -> None:
    document = handler.openapi()
    verify = document["paths"]["/v1/sign-in/challenges/{challenge_id}/verify"]["post"]
    assert "security" not in verify
    assert {"200", "404", "409", "422", "429"} <= set(verify["responses"])
    assert "content" not in document["paths"]["/v1/sessions/current"]["delete"]["responses"]["204"]
    assert document["paths"]["/v1/contacts"]["post"]["security"] == [{"bearer": []}]


def test_codes_addresses_and_tokens_never_reach_a_log(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for log_handler in log.handlers:
        monkeypatch.setattr(log_handler, "stream", sys.stdout)
    canary = {"address": "089999123456", "device_id": "device-of-the-canary"}
    challenge = app.start(**canary)
    code = app.inboxes[Channel.PHONE].code
    app.play("verify", challenge=challenge, code=wrong(code), device_id=canary["device_id"])
    _, tokens = app.play("verify", challenge=challenge, code=code, device_id=canary["device_id"])
    contact = app.start("start_contact", token=tokens["access_token"], address="kenari.budi@contoh.id")
    email_code = app.inboxes[Channel.EMAIL].code
    app.play("verify_contact", challenge=contact, token=tokens["access_token"], code=email_code)
    _, fresh = app.play("refresh", refresh_token=tokens["refresh_token"], device_id=canary["device_id"])
    app.play("refresh", refresh_token=fresh["refresh_token"])
    monkeypatch.setattr(app.world.table, "_client", _Broken(f"{canary['address']} {code} {fresh['access_token']}"))
    assert app.play("start_phone", **canary, headers={"idempotency-key": "broken"})[0] == 500
    written = "".join(capsys.readouterr())
    assert '"RefreshTokenReused"' in written
    assert '"unforeseen"' in written
    secrets = [canary["address"], "8999912345", "kenari.budi", canary["device_id"], code, email_code]
    secrets += [value for given in (tokens, fresh) for name, value in given.items() if name.endswith("_token")]
    assert [secret for secret in secrets if secret in written] == []
    assert one_time_code(CODE_KEY, challenge, 0) == code


class _Broken:
    """A client whose errors quote what they were given."""

    def __init__(self, quoted: str) -> None:
        self.quoted = quoted

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(self.quoted)
