"""Everything that a browser does on our pages, and what a client does then: for whoever watches the functions."""

from __future__ import annotations

from prakerja.registration.model.address import Channel
from tests.support.clients import BACK, FAILED, OAUTH, PROFILE, ask_as_client, take_part
from tests.support.people import Someone
from tests.support.scene import Scene
from tests.support.visiting import JPEG, Visitor


def visit_everything(scene: Scene) -> None:
    """Sign in, go on, sign out; attend; agree and refuse; exchange, refresh, read; use a code twice; take it back."""
    back = scene.rewind()
    _sign_in(scene)
    back()
    _consent(scene, _signed_in(scene, scene.member))
    back()
    _attend(scene)
    back()


def _sign_in(scene: Scene) -> None:
    who = Visitor(scene.apis.handle)
    page = who.submit(who.open("/masuk?next=/").forms[0], address="081299990077")
    scene.deliver()
    assert who.submit(page.forms[0], code=scene.inboxes[Channel.PHONE].code).path == "/"
    assert who.open("/masuk?next=/").path == "/"
    assert who.submit(who.open("/masuk/keluar").forms[0]).path == "/masuk"
    scene.world.clock.move(minutes=2)
    page = who.submit(who.open("/masuk?next=/").forms[0], address="081299990077")
    scene.world.clock.move(minutes=2)
    assert who.submit(page.forms[1]).status == 200


def _consent(scene: Scene, who: Visitor) -> None:
    take_part(scene.world, "lpk")
    address = f"/consent-sso?client_id=lpk&redirect_uri={BACK}&login_uri={FAILED}&scope=name+prakerjaid&state=s"
    assert who.submit(who.open(address).forms[0], button="tolak").query["error"] == "access_denied"
    code = who.submit(who.open(address).forms[0], button="izinkan").query["code"]
    tokens = ask_as_client("POST", f"{OAUTH}/token", {"code": code}).data
    assert ask_as_client("GET", PROFILE, authorization=tokens["access_token"]).data["name"]
    tokens = ask_as_client("POST", f"{OAUTH}/token/refresh", {"token": tokens["refresh_token"]}).data
    assert ask_as_client("POST", f"{OAUTH}/token", {"code": code}).code == "ERROAUTH4031"
    code = who.submit(who.open(address).forms[0], button="izinkan").query["code"]
    assert ask_as_client("POST", f"{OAUTH}/token", {"code": code}).data
    assert who.submit(who.open("/izin").forms[0]).forms == []


def _attend(scene: Scene) -> None:
    market, card = scene.apis.market, "8000000000000066"
    learner = market.member(66, card=card)
    market.offer("C66", "S66")
    code = market.buy(card=card, invoice="INV-66", course_code="C66", schedule_code="S66")["redeem_code"]
    market.wait_for(code, 1)
    who = _signed_in(scene, learner)
    page = who.open(f"/attendance/{market.state(code)}")
    assert who.submit(page.forms[0], photo=JPEG).away


def _signed_in(scene: Scene, who: Someone) -> Visitor:
    browser = Visitor(scene.apis.handle)
    browser.jar["prakerja_access"] = (scene.token(who), "/")
    return browser
