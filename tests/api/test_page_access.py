"""Whose pages they are: forged cookies open nothing, and what belongs to others is as if it were not there."""

from __future__ import annotations

import pytest

from tests.support.clients import BACK, FAILED, OAUTH, ask_as_client, take_part
from tests.support.forged import forged_person_tokens
from tests.support.people import plant_person, someone
from tests.support.scene import Scene
from tests.support.visiting import JPEG, Visitor

CONSENT = f"/consent-sso?client_id=lpk&redirect_uri={BACK}&login_uri={FAILED}&scope=name"


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """Institution ``lpk`` takes part in log in with Prakerja, and sends a learner to us."""
    take_part(scene.world, "lpk")
    return scene


def browser(scene: Scene, token: str) -> Visitor:
    """Somebody whose browser holds this access token."""
    who = Visitor(scene.apis.handle)
    who.jar["prakerja_access"] = (token, "/")
    return who


def attendance(scene: Scene) -> str:
    """A page that is a learner's and nobody else's."""
    market, card = scene.apis.market, "8000000000000066"
    market.member(66, card=card)
    market.offer("C66", "S66")
    code = market.buy(card=card, invoice="INV-66", course_code="C66", schedule_code="S66")["redeem_code"]
    market.wait_for(code, 1)
    return f"/attendance/{market.state(code)}"


def test_forged_cookies_open_nothing(busy: Scene) -> None:
    link = attendance(busy)
    member = browser(busy, busy.token(busy.member))
    form = member.open(CONSENT).forms[0]
    for wrong, token in forged_person_tokens(busy.apis, busy.member.person_id).items():
        who = browser(busy, token)
        with busy.apis.written() as writes:
            assert who.open(CONSENT).path == "/masuk", wrong
            assert who.open(link).path == "/masuk", wrong
            assert who.submit(form, button="izinkan").path == "/masuk", wrong
            assert "/masuk/keluar" not in who.open("/").links, wrong
        assert writes == []


def test_nobody_takes_back_what_another_one_gave(busy: Scene) -> None:
    """What is taken back is the visitor's own, whoever the form names."""
    owner, stranger = (browser(busy, busy.token(who)) for who in (busy.member, busy.newcomer))
    for who in (owner, stranger):
        code = who.submit(who.open(CONSENT).forms[0], button="izinkan").query["code"]
        assert ask_as_client("POST", f"{OAUTH}/token", {"code": code}).data
    assert len(stranger.open("/izin").forms) == 1
    stranger.submit(stranger.open("/izin").forms[0])
    assert (len(stranger.open("/izin").forms), len(owner.open("/izin").forms)) == (0, 1)


def test_operators_tokens_are_no_cookies(busy: Scene) -> None:
    assert browser(busy, busy.apis.operator_token()).open(CONSENT).path == "/masuk"


def test_the_api_does_not_take_the_cookie(busy: Scene) -> None:
    """So no form of another site can act through it."""
    event = browser(busy, busy.token(busy.member)).event("GET", "/v1/membership", "", None, {})
    assert busy.apis.handle(event)["statusCode"] == 401


@pytest.mark.parametrize("who", ["member", "unlinked", "newcomer", "stranger"])
def test_a_learners_page_is_nobody_elses(busy: Scene, who: str) -> None:
    link = attendance(busy)
    person = plant_person(busy.world, someone(9)) if who == "stranger" else getattr(busy, who)
    visitor = browser(busy, busy.token(person))
    with busy.apis.written() as writes:
        shown = visitor.open(link)
    assert (shown.status, writes) == (404, [])
    learner = browser(busy, busy.token(someone(66)))
    form = learner.open(link).forms[0]
    assert visitor.submit(form, photo=JPEG).status in (403, 404)
    assert learner.submit(form, photo=JPEG).away


def test_no_page_shows_personal_data(busy: Scene) -> None:
    who = browser(busy, busy.token(busy.member))
    for page in (who.open("/"), who.open(CONSENT), who.open("/izin"), who.open("/masuk/keluar")):
        member = busy.member
        for trace in (member.person_id, member.nik, member.full_name, member.email, member.phone, member.phone[3:]):
            assert trace not in page.html
