"""What happens before a broken request: the past that makes it fail. Each answers what the request then differs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from prakerja.payouts.destination import MOST_REFUSALS
from prakerja.payouts.store.refusals import one_more_refused
from prakerja.platform.access_patterns import DESTINATION
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import put
from prakerja.registration import change_person
from prakerja.registration.model.address import Channel
from sandbox.world.snap.books import Account
from tests.support.people import Someone, plant_person, someone
from tests.support.scene import DEVICE, Scene
from tests.support.sign_in import wrong

Change = Mapping[str, Any]
"""Fields of ``scene.Good`` that are to be others."""

START = "POST /v1/sign-in/challenges"
RESEND = "POST /v1/sign-in/challenges/{challenge_id}/resend"
VERIFY = "POST /v1/sign-in/challenges/{challenge_id}/verify"
CONTACT, PROVE = "POST /v1/contacts", "POST /v1/contacts/challenges/{challenge_id}/verify"
CONFIRMED = "POST /v1/contacts/confirmations/{challenge_id}/verify"
APPROVE = "PUT /operator/v1/approvals/{approval_id}/approval"


def nothing(_: Scene) -> Change:
    """No past: the good request is what meets the problem, or its changes are enough."""
    return {}


def again(scene: Scene, route: str) -> Change:
    """Somebody has sent the good request before."""
    assert scene.send(route).status < 300
    return {}


def earlier_contact(scene: Scene) -> Change:
    again(scene, CONTACT)
    return later(scene, minutes=2)


def wrong_code(scene: Scene, times: int = 0) -> Change:
    body = {"code": wrong(scene.code), "device_id": DEVICE}
    good = replace(scene.good()[VERIFY], body=body)
    for _ in range(times):
        scene.send(VERIFY, good)
    return {"body": body}


def wrong_confirmations(scene: Scene) -> Change:
    good = replace(scene.good()[CONFIRMED], body={"code": wrong(scene.money.confirmation_code)})
    for _ in range(3):
        scene.send(CONFIRMED, good)
    return {}


def used_code(scene: Scene) -> Change:
    tokens = scene.send(VERIFY).body
    scene.apis.call("POST", "/v1/sessions/refresh", {"refresh_token": tokens["refresh_token"], "device_id": DEVICE})
    return {}


def later(scene: Scene, **step: float) -> Change:
    scene.world.clock.move(**step)
    return {}


def undelivered(scene: Scene) -> Change:
    return {"path": {"challenge_id": scene.send(START).body["challenge_id"]}, "body": code_of("another-device")}


def undeliverable(scene: Scene) -> Change:
    scene.inboxes[Channel.PHONE].refuses = True
    started = scene.send(START)
    scene.deliver()
    scene.inboxes[Channel.PHONE].refuses = False
    return {"path": {"challenge_id": started.body["challenge_id"]}, "body": code_of("another-device")}


def resent_often(scene: Scene) -> Change:
    for number in range(4):
        assert scene.send(RESEND, idempotency_key=f"again-{number}").status == 202
        scene.world.clock.move(minutes=1)
    return {}


def proven_contact(scene: Scene) -> Change:
    assert scene.send(PROVE).status == 200
    return {}


def taken_contact(scene: Scene) -> Change:
    scene.world.clock.move(minutes=2)
    body = {"channel": "EMAIL", "address": "kenari@example.test", "device_id": "device-of-another"}
    started = scene.apis.call("POST", "/v1/sign-in/challenges", body, idempotency_key="taken")
    challenge_id, code = scene.delivered(started, Channel.EMAIL)
    path = f"/v1/sign-in/challenges/{challenge_id}/verify"
    assert scene.apis.call("POST", path, {"code": code, "device_id": "device-of-another"}).status == 200
    return {}


def checked_five_times(scene: Scene) -> Change:
    today = wib_date(scene.world.clock.wall()).isoformat()
    scene.world.table.commit(change_person(scene.newcomer.person_id, set={"identity_day": today, "identity_today": 5}))
    return {}


def sent_by(scene: Scene, who: str) -> Change:
    return {"token": scene.token(getattr(scene, who))}


def as_a_child(scene: Scene) -> Change:
    return {"token": scene.token(plant_person(scene.world, someone(7, birth_date=date(2015, 3, 9))))}


def into(scene: Scene, wave: str) -> Change:
    return {"path": {"wave_id": getattr(scene, wave)}}


def another_member(scene: Scene, holder: str = "", number: int = 0, **traits: Any) -> Change:
    """A member whose wallet is somebody else's (``holder``), has other ``traits``, or does not exist."""
    number = number or (816 if holder else 806)  # the provider does not forget between tests
    who: Someone = scene.apis.market.member(number, card=f"8{number:015d}", linked=False)
    wallet = who.phone.lstrip("+")
    if holder or traits:
        scene.apis.bank.engine.add_accounts(Account("linkaja", wallet, holder or who.full_name.upper(), **traits))
    return {"token": scene.token(who), "body": {"provider": "LINKAJA", "number": wallet}}


def crowded_account(scene: Scene) -> Change:
    digest = scene.world.guards.digest("ACCOUNT", f"LINKAJA:{scene.unlinked.phone.lstrip('+')}")
    scene.world.table.commit(put(DESTINATION, {"holders": [f"member-{n}" for n in range(5)]}, digest=digest))
    return {}


def tried_too_often(scene: Scene) -> Change:
    now = scene.world.clock.wall()
    for refused in range(MOST_REFUSALS):
        scene.world.table.commit(one_more_refused(scene.unlinked.person_id, wib_date(now), refused, now))
    return {}


def only_a_phone(scene: Scene) -> Change:
    return {"token": scene.session_token}


def silent_bank(scene: Scene) -> Change:
    scene.apis.bank.transport.refusing = True
    return {}


def course_not_finished(scene: Scene) -> Change:
    scene.apis.market.offer("C2", "S1")
    scene.world.clock.move(minutes=2)
    scene.apis.market.buy(invoice="INV-2", course_code="C2")
    purchases = scene.apis.market.purchases(scene.member)
    return {"path": {"purchase_id": next(p["purchase_id"] for p in purchases if p["course_code"] == "C2")}}


def operator(scene: Scene, sub: str = "op-1", **claims: Any) -> Change:
    return {"token": scene.apis.operator_token(sub, **claims)}


def stale_operator(scene: Scene) -> Change:
    return operator(scene, auth_time=int((scene.world.clock.wall() - timedelta(hours=1)).timestamp()))


def agreed_by_another(scene: Scene) -> Change:
    again(scene, APPROVE)
    return operator(scene, "op-2")


def new_run(scene: Scene) -> Change:
    return {"path": {"run_id": scene.send("POST /operator/v1/payout-runs").body["run_id"]}}


def code_of(device: str, code: str = "123456") -> dict[str, str]:
    return {"code": code, "device_id": device}
