"""Who may do what: every route, every role, every way to pretend, and other people's ids.

The routes come from the APIs themselves. A route that is not in ``ACCESS`` fails here until somebody decides whom it is for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from prakerja.platform.auth import Role
from tests.api.access import ACCESS, MANAGER, OFFICER, REGISTRAR
from tests.support.apis import APIS, Answer
from tests.support.forged import forged_operator_tokens, forged_person_tokens
from tests.support.people import Someone, plant_person, someone
from tests.support.scene import DEVICE, Good, Scene

STRANGER: dict[str, int] = {
    "POST /v1/contacts": 409,
    "POST /v1/contacts/challenges/{challenge_id}/resend": 404,
    "POST /v1/contacts/challenges/{challenge_id}/verify": 404,
    "POST /v1/contacts/confirmations": 401,
    "POST /v1/contacts/confirmations/{challenge_id}/resend": 404,
    "POST /v1/contacts/confirmations/{challenge_id}/verify": 404,
    "GET /v1/sessions/current": 401,
    "DELETE /v1/sessions/current": 204,
    "POST /v1/identity": 409,
    "GET /v1/identity": 200,
    "PUT /v1/waves/{wave_id}/application": 200,
    "GET /v1/waves/{wave_id}/application": 404,
    "GET /v1/membership": 404,
    "GET /v1/purchases": 200,
    "GET /v1/purchases/{purchase_id}": 404,
    "GET /v1/purchases/{purchase_id}/timeline": 404,
    "GET /v1/attendances/{state}": 404,
    "PUT /v1/attendances/{state}": 404,
    "GET /v1/membership/platform-accounts": 404,
    "GET /v1/profile": 200,
    "PUT /v1/profile": 200,
    "PUT /v1/purchases/{purchase_id}/review": 404,
    "PUT /v1/account": 409,
    "GET /v1/account": 404,
    "DELETE /v1/account": 204,
    "POST /v1/account/cancellation": 409,
    "GET /v1/incentives": 200,
    "POST /v1/incentives/{kind}/{number}/retry": 404,
    "GET /v1/payouts/{payout_id}": 404,
}
"""What somebody gets who has done nothing yet but prove who they are, and sends what somebody else may send."""

ROUTES = [f"{method} {path}" for api in APIS.values() for method, path, _ in api.routes()]
PERSONS = [route for route, access in ACCESS.items() if access == "person"]
OPERATORS = [route for route, access in ACCESS.items() if isinstance(access, frozenset)]
NOT_THERE = {
    "wave_id": "00000000-0000-5000-8000-000000000000",
    "approval_id": "00000000-0000-5000-8000-000000000000",
    "person_id": "00000000-0000-5000-8000-000000000000",
    "kind": "JOB_SEARCH",
    "number": "9",
    "run_id": "00000000-0000-5000-8000-000000000000",
    "payout_id": "00000000-0000-5000-8000-000000000000",
    "provider": "PAYPAL",
    "case_id": "00000000-0000-5000-8000-000000000000",
    "report_id": "00000000-0000-5000-8000-000000000000",
    "file_id": "00000000-0000-5000-8000-000000000000",
    "function": "unheard_of",
    "state": "0" * 40,
    "client_code": "nobody",
    "purchase_id": "00000000-0000-5000-8000-000000000000",
    "course_code": "NOWHERE",
    "schedule_code": "NEVER",
    "key_id": "00000000-0000-5000-8000-000000000000",
    "day": "1999-01-01",
    "year": "2098",
}


def test_somebody_has_decided_about_every_route() -> None:
    assert set(ACCESS) == set(ROUTES)
    assert len(ROUTES) == len(set(ROUTES))
    assert set(STRANGER) == set(PERSONS)


@pytest.mark.parametrize("route", [*PERSONS, *OPERATORS])
def test_nothing_but_a_good_token_opens_a_route(scene: Scene, route: str) -> None:
    good, forge = scene.good()[route], forged_person_tokens if route in PERSONS else forged_operator_tokens
    for wrong, token in forge(scene.apis, scene.member.person_id).items():
        for body in (good.body, {"nonsense": True} if good.body else None):
            answer = _refused(scene, route, replace(good, token=token, body=body))
            assert (answer.status, answer.slug) == (401, "not-signed-in"), wrong
            assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer", "Token "])
def test_a_token_comes_as_bearer(scene: Scene, scheme: str) -> None:
    header = scheme + scene.token(scene.member)
    assert scene.apis.call("GET", "/v1/membership", authorization=header).status == 401


@pytest.mark.parametrize("route", OPERATORS)
def test_operators_do_what_their_roles_allow(scene: Scene, route: str) -> None:
    good, allowed, back = scene.good()[route], ACCESS[route], scene.rewind()
    for roles in ((), *((role,) for role in Role), ("admin",), ("WAVE_MANAGER",)):
        asked = replace(good, token=scene.apis.operator_token(roles=roles))
        if not isinstance(allowed, str) and any(role in allowed for role in roles):
            assert scene.send(route, asked).status == good.status, roles
            back()
            continue
        may_look_up = "approval_id" in good.path and (OFFICER | REGISTRAR).intersection(
            roles
        )  # to agree to other things
        for path in (good.path, *([] if may_look_up else [{name: NOT_THERE[name] for name in good.path}])):
            answer = _refused(scene, route, replace(asked, path=path))
            assert (answer.status, answer.slug) == (403, "role-missing"), roles


def test_who_may_agree_depends_on_what_was_proposed(scene: Scene) -> None:
    back = scene.rewind()
    for approval, allowed in (
        (scene.decree, MANAGER),
        (scene.release, OFFICER),
        (scene.partners.resumption, REGISTRAR),
        (scene.purchases.cancelling, OFFICER),
    ):
        for role in Role:
            token = scene.apis.operator_token(roles=(role,))
            answer = scene.apis.call("PUT", f"/operator/v1/approvals/{approval}/approval", token=token)
            assert answer.status == (200 if role in allowed else 403), (allowed, role)
            back()


@pytest.mark.parametrize("groups", ["wave_manager", None, {"wave_manager": True}, [["wave_manager"]], 7])
def test_roles_are_a_list_of_names(scene: Scene, groups: object) -> None:
    claims: dict[str, Any] = {"cognito:groups": groups}
    token = scene.apis.operator_token(**claims)
    assert scene.apis.call("GET", f"/operator/v1/waves/{scene.open_wave}", token=token).slug == "role-missing"


@pytest.mark.parametrize("route", PERSONS)
def test_a_stranger_sees_and_does_nothing_of_others(scene: Scene, route: str) -> None:
    stranger = plant_person(scene.world, someone(9))
    others = [who for who in vars(scene).values() if isinstance(who, Someone)]
    before = _belongings(scene, others)
    answer = scene.send(route, replace(scene.good()[route], token=scene.token(stranger)))
    assert answer.status == STRANGER[route], answer.text
    assert [trace for who in others for trace in _traces(who) if trace in answer.text] == []
    assert _belongings(scene, others) == before


@pytest.mark.parametrize("route", [route for route, access in ACCESS.items() if access != "person"])
def test_the_office_and_the_public_see_no_personal_data(scene: Scene, route: str) -> None:
    method, _, path = route.partition(" ")
    docs = path.startswith("/docs/")
    answer = scene.apis.call(method, path) if docs else scene.send(route, scene.good()[route])
    assert answer.status < 300
    people = [who for who in vars(scene).values() if isinstance(who, Someone)]
    assert [trace for who in people for trace in _personal(who) if trace in answer.text] == []


@pytest.mark.parametrize("device", ["device-of-a-thief", DEVICE.upper()])
def test_codes_and_refresh_tokens_work_on_their_own_device_only(scene: Scene, device: str) -> None:
    path = f"/v1/sign-in/challenges/{scene.challenge}"
    for answer in (
        scene.apis.call("POST", f"{path}/verify", {"code": scene.code, "device_id": device}),
        scene.apis.call("POST", f"{path}/resend", {"device_id": device}, idempotency_key="k"),
    ):
        assert (answer.status, answer.slug) == (404, "challenge-unknown")
    body = {"refresh_token": scene.session["refresh_token"], "device_id": device}
    answer = scene.apis.call("POST", "/v1/sessions/refresh", body)
    assert (answer.status, answer.slug) == (401, "session-over")


def test_a_proof_of_one_kind_is_none_of_the_other(scene: Scene) -> None:
    """A contact's challenge signs nobody in, and a sign-in's challenge adds no contact."""
    body = {"code": scene.contact_code, "device_id": DEVICE}
    path = f"/v1/sign-in/challenges/{scene.contact_challenge}/verify"
    assert scene.apis.call("POST", path, body).slug == "challenge-unknown"
    path = f"/v1/contacts/challenges/{scene.challenge}/verify"
    answer = scene.apis.call("POST", path, {"code": scene.code}, token=scene.session_token)
    assert answer.slug == "challenge-unknown"


def _refused(scene: Scene, route: str, asked: Good) -> Answer:
    """Send it, and see that nothing was written."""
    with scene.apis.written() as writes:
        answer = scene.send(route, asked)
    assert writes == []
    assert set(answer.body) <= {"type", "title", "status", "detail", "correlation_id", "roles"}
    return answer


def _traces(who: Someone) -> Iterator[str]:
    yield who.person_id
    yield from _personal(who)


def _personal(who: Someone) -> Iterator[str]:
    yield from (who.nik, who.family_card_number, who.full_name, who.mother_name, who.email)
    yield from (who.phone, who.phone.lstrip("+"), "0" + who.phone.removeprefix("+62"))


def _belongings(scene: Scene, people: list[Someone]) -> str:
    """Everything stored about them."""
    ids = {who.person_id for who in people} | {scene.session["person_id"]}
    items = [item for table in ("people", "programme") for item in scene.world.items(table)]
    return json.dumps([item for item in items if item["pk"].removeprefix("PERSON#") in ids], default=repr)
