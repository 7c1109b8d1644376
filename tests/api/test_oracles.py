"""Nobody learns from our answers whether a phone, an e-mail address, a NIK, an account or an id is known to us.

What exists and what does not must look alike: status, headers, body, the calls that were made, the messages they cause.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from prakerja.identity.store import nik_guards
from prakerja.platform.findings import CaseNeeded
from prakerja.platform.problems import Conflict
from prakerja.registration.model.address import Channel
from sandbox.world.snap.books import Account
from tests.support.apis import Answer
from tests.support.market import CARD, PRICE
from tests.support.people import plant_account, plant_member, plant_person, someone
from tests.support.scene import DEVICE, Scene
from tests.support.sign_in import wrong

Seen = tuple[Any, ...]
OWN = ("challenge_id", "correlation_id")
"""Members of a body that are new each time."""
NOWHERE = "00000000-0000-5000-8000-000000000000"
KNOWN_EMAIL, UNKNOWN_EMAIL = "ada@example.test", "takada@example.test"


def seen(scene: Scene, act: Callable[[], Answer]) -> Seen:
    """All that a caller, or somebody who watches the traffic, can see of a request."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events = scene.world.client.meta.events
    events.register("before-call.dynamodb", note)
    answer = act()
    events.unregister("before-call.dynamodb", note)
    body = {name: "…" if name in OWN else value for name, value in json.loads(answer.text).items()}
    headers = {name: value for name, value in answer.headers.items() if name != "x-correlation-id"}
    return answer.status, body, headers, calls, [message.topic for message in scene.world.take()]


def alike(scene: Scene, *acts: Callable[[], Answer]) -> Seen:
    """Do each from the same state, and see that they look the same; answers how."""
    back = scene.rewind()
    found = []
    for act in acts:
        back()
        found.append(seen(scene, act))
    assert all(one == found[0] for one in found[1:]), found
    return found[0]


@pytest.fixture
def known(scene: Scene) -> Scene:
    """Somebody has signed up with KNOWN_EMAIL; scene.session's phone is known, too."""
    device = {"device_id": "device-of-ada"}
    body = {"channel": "EMAIL", "address": KNOWN_EMAIL, **device}
    started = scene.apis.call("POST", "/v1/sign-in/challenges", body, idempotency_key="ada")
    challenge_id, code = scene.delivered(started, Channel.EMAIL)
    path = f"/v1/sign-in/challenges/{challenge_id}/verify"
    assert scene.apis.call("POST", path, {"code": code, **device}).status == 200
    scene.world.clock.move(minutes=2)
    return scene


@pytest.mark.parametrize(
    ("channel", "addresses"),
    [("PHONE", ("081299990002", "081299990099")), ("EMAIL", (KNOWN_EMAIL, UNKNOWN_EMAIL))],
)
def test_asking_for_a_code(known: Scene, channel: str, addresses: tuple[str, str]) -> None:
    def ask(address: str) -> Callable[[], Answer]:
        body = {"channel": channel, "address": address, "device_id": "a-new-device"}
        return lambda: known.apis.call("POST", "/v1/sign-in/challenges", body, idempotency_key="k")

    assert alike(known, *map(ask, addresses))[0] == 202


@pytest.mark.parametrize(
    ("channel", "addresses"),
    [("PHONE", ("081299990002", "081299990099")), ("EMAIL", (KNOWN_EMAIL, UNKNOWN_EMAIL))],
)
def test_a_wrong_code_and_a_resend(known: Scene, channel: str, addresses: tuple[str, str]) -> None:
    """What follows the first request tells nothing either, until the right code is given."""
    begun = {}
    for number, address in enumerate(addresses):
        device = {"device_id": f"device-number-{number}"}
        body = {"channel": channel, "address": address, **device}
        started = known.apis.call("POST", "/v1/sign-in/challenges", body, idempotency_key="k")
        challenge_id, code = known.delivered(started, Channel(channel))
        begun[address] = f"/v1/sign-in/challenges/{challenge_id}", {"code": wrong(code)}, device

    def mistake(address: str) -> Callable[[], Answer]:
        path, code, device = begun[address]
        return lambda: known.apis.call("POST", f"{path}/verify", {**code, **device})

    def resend(address: str) -> Callable[[], Answer]:
        path, _, device = begun[address]
        return lambda: known.apis.call("POST", f"{path}/resend", device, idempotency_key="again")

    assert alike(known, *map(mistake, addresses))[0] == 422
    known.world.clock.move(minutes=1)
    assert alike(known, *map(resend, addresses))[0] == 202


def test_a_contact_that_somebody_else_has(known: Scene) -> None:
    def ask(address: str) -> Callable[[], Answer]:
        body = {"channel": "EMAIL", "address": address}
        return lambda: known.apis.call("POST", "/v1/contacts", body, token=known.session_token, idempotency_key="k")

    assert alike(known, *map(ask, (KNOWN_EMAIL, UNKNOWN_EMAIL)))[0] == 202


def test_a_nik_that_somebody_else_has(scene: Scene) -> None:
    """That it is taken is told only when the registry has confirmed that it is really this person's."""
    guards = nik_guards(scene.world.platform, scene.member.person_id, scene.member.nik, Conflict())
    scene.world.table.commit(*guards)
    newcomer, good = scene.token(scene.newcomer), scene.good()["POST /v1/identity"].body

    def send(nik: str) -> Callable[[], Answer]:
        body = {**good, "nik": nik}
        return lambda: scene.apis.call("POST", "/v1/identity", body, token=newcomer, idempotency_key="k")

    assert alike(scene, *map(send, (scene.member.nik, someone(77).nik)))[0] == 202


def test_an_account_that_somebody_else_has(scene: Scene) -> None:
    """Two accounts in the member's name; another member is paid at one of them: the office is told, the member is not."""
    member, other = scene.unlinked, plant_member(scene.world, someone(808), card_number="8000000000000808")
    numbers = ("0009998881", "0009998882")
    for number in numbers:
        scene.apis.banks["BNI"].engine.add_accounts(Account("bni", number, member.full_name.upper()))
    plant_account(scene.world, other, provider="BNI", number=numbers[0])

    def link(number: str) -> Callable[[], Answer]:
        body = {"provider": "BNI", "number": number}
        return lambda: scene.apis.call("PUT", "/v1/account", body, token=scene.token(member))

    back = scene.rewind()
    (status, body, *rest), unknown = seen(scene, link(numbers[0])), back() or seen(scene, link(numbers[1]))
    assert status == 200
    assert {**body, "number": ""} == {**unknown[1], "number": ""}
    *same, messages = rest
    assert (status, *same) == (unknown[0], *unknown[2:-1])
    assert (messages.count(CaseNeeded.topic), unknown[-1].count(CaseNeeded.topic)) == (2, 1)
    assert set(messages) == set(unknown[-1])


@pytest.mark.parametrize("route", ["verify", "resend"])
def test_other_peoples_challenges(scene: Scene, route: str) -> None:
    def send(challenge_id: str) -> Callable[[], Answer]:
        path = f"/v1/sign-in/challenges/{challenge_id}/{route}"
        code = {"code": wrong(scene.code)} if route == "verify" else {}
        return lambda: scene.apis.call("POST", path, {**code, "device_id": "device-of-a-thief"}, idempotency_key="k")

    assert alike(scene, *map(send, (scene.challenge, scene.contact_challenge, NOWHERE)))[0] == 404


def test_other_peoples_purchases(scene: Scene) -> None:
    token, body = scene.token(scene.unlinked), {"rating": 5, "text": "x"}

    def review(purchase_id: str) -> Callable[[], Answer]:
        return lambda: scene.apis.call("PUT", f"/v1/purchases/{purchase_id}/review", body, token=token)

    assert alike(scene, *map(review, (scene.purchase_id, NOWHERE)))[0] == 404


def test_other_peoples_applications(scene: Scene) -> None:
    """One wave has been joined by somebody, the other by nobody."""
    token = scene.token(plant_person(scene.world, someone(9)))

    def look(wave_id: str) -> Callable[[], Answer]:
        return lambda: scene.apis.call("GET", f"/v1/waves/{wave_id}/application", token=token)

    assert alike(scene, *map(look, (scene.open_wave, scene.future_wave)))[0] == 404


def test_refresh_tokens_of_sessions_that_are_over_or_never_were(scene: Scene) -> None:
    mac = scene.session["refresh_token"].rpartition(".")[2]

    def refresh(token: str) -> Callable[[], Answer]:
        return lambda: scene.apis.call("POST", "/v1/sessions/refresh", {"refresh_token": token, "device_id": DEVICE})

    scene.apis.call("DELETE", "/v1/sessions/current", token=scene.session_token)
    guessed = f"{scene.session['session_id']}.1.{mac[:-1]}{'A' if mac[-1] != 'A' else 'B'}"
    over, never = (seen(scene, refresh(token)) for token in (scene.session["refresh_token"], guessed))
    assert over[:3] == never[:3]
    assert alike(scene, *map(refresh, (guessed, f"{NOWHERE}.1.{mac}", "nonsense")))[0] == 401


@pytest.mark.parametrize("path", ["redeem-code/status", "redeem-code/commit"])
def test_codes_of_other_institutions(scene: Scene, path: str) -> None:
    (bought, *_) = scene.apis.market.purchases(scene.member)
    codes = (bought["redeem_code"], "AAAAAAAAAAAA")
    answers = [scene.apis.market.call("bkk", f"/payment/{path}", {"redeem_code": code}) for code in codes]
    assert answers[0] == answers[1]
    assert answers[0][0] == 400


def test_partners_that_do_not_exist(scene: Scene) -> None:
    """An unknown client is answered like a known one with a wrong key, and costs the same."""
    market = scene.apis.market
    event = market.event("toko", "/payment/send-otp", {"prakerja_id": CARD, "amount": PRICE})
    answers = []
    for client in ("toko", "nobody"):
        headers = {**event["headers"], "client_code": client, "signature": "ab" * 32}
        with market.counted() as calls:
            answers.append((scene.apis.partner({**event, "headers": headers}), calls.operations))
    assert answers[0] == answers[1]
    assert answers[0][0][0] == 401
