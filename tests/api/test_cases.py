"""A case from the list to its resolution, as two operators meet it; and a member who changes where they are paid."""

from __future__ import annotations

from typing import Any

from prakerja.cases.service import open_case
from prakerja.platform.findings import FindingKind, finding
from sandbox.world.snap.books import Account
from tests.support.apis import Answer
from tests.support.people import plant_person, someone
from tests.support.scene import Scene

CASES = "/operator/v1/cases"
HOLDER = "ORANG UJI 1"


def ask(scene: Scene, method: str, path: str, body: Any = None, sub: str = "op-1", **headers: str) -> Answer:
    return scene.apis.call(method, CASES + path, body, token=scene.apis.operator_token(sub), **headers)


def test_two_operators_do_not_overwrite_each_other(scene: Scene) -> None:
    case = f"/{scene.money.case}"
    seen = {sub: ask(scene, "GET", case, sub=sub).headers["ETag"] for sub in ("op-1", "op-2")}
    taken = ask(scene, "PUT", case + "/assignment", if_match=seen["op-1"])
    assert (taken.status, taken.body["state"], taken.body["taken_by"]) == (200, "IN_WORK", "op-1")
    assert ask(scene, "PUT", case + "/assignment", sub="op-2", if_match=seen["op-2"]).status == 412
    note = {"text": "LinkAja confirmed it by telephone."}
    noted = ask(scene, "POST", case + "/notes", note, sub="op-2", if_match=taken.headers["ETag"], idempotency_key="n")
    assert noted.status == 201
    verdict = {"verdict": "MENDED", "why": "Confirmed in writing."}
    assert ask(scene, "PUT", case + "/resolution", verdict, if_match=taken.headers["ETag"]).status == 412
    assert ask(scene, "PUT", case + "/resolution", verdict, if_match=noted.headers["ETag"]).status == 200
    detail = ask(scene, "GET", case).body
    assert [(one["by"], one["text"]) for one in detail["notes"]] == [("op-2", note["text"])]
    assert detail["findings"][0]["facts"] == {"attempt": 1}
    assert (detail["case"]["state"], detail["case"]["why"]) == ("RESOLVED", verdict["why"])


def listed(scene: Scene, query: str) -> list[str]:
    answer = scene.apis.call("GET", CASES, token=scene.apis.operator_token(), query=query)
    return [case["case_id"] for case in answer.body["cases"]]


def test_lists_by_state_and_kind(scene: Scene) -> None:
    assert listed(scene, "") == listed(scene, "state=OPEN&kind=PAYOUT_HELD") == [scene.money.case]
    assert set(listed(scene, "state=IN_WORK")) == {scene.money.taken_case, scene.money.suspense_case}
    assert listed(scene, "kind=DESTINATION_SHARED") == []
    answer = scene.apis.call("GET", CASES, token=scene.apis.operator_token(), query="state=SHUT")
    assert answer.slug == "invalid-input"


def test_a_cursor_of_one_list_is_none_of_another(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr("functions.operator_api.routes_cases.PAGE", 1)
    other = open_case(scene.world.platform, finding(FindingKind.NAME_DOUBTFUL, "d-1"))
    first = scene.apis.call("GET", CASES, token=scene.apis.operator_token())
    assert first.body["next"]
    again = scene.apis.call("GET", CASES, token=scene.apis.operator_token(), query=f"cursor={first.body['next']}")
    assert [case["case_id"] for case in again.body["cases"]] == [other.case_id]
    query = f"state=IN_WORK&cursor={first.body['next']}"
    assert scene.apis.call("GET", CASES, token=scene.apis.operator_token(), query=query).slug == "bad-cursor"


def test_a_member_changes_the_account_with_both_contacts_and_takes_it_back(scene: Scene) -> None:
    money, call = scene.money, scene.apis.call
    scene.apis.banks["BNI"].engine.add_accounts(Account("bni", "1234567890", HOLDER))
    before = call("GET", "/v1/account", token=money.session).body
    path = f"/v1/contacts/confirmations/{money.confirmation}/verify"
    proof = call("POST", path, {"code": money.confirmation_code}, token=money.session).body
    body = {"provider": "BNI", "number": "1234567890", "confirmation_id": proof["confirmation_id"]}
    other_session = scene.token(scene.member)
    assert call("PUT", "/v1/account", body, token=other_session).slug == "confirmation-unusable"
    changed = call("PUT", "/v1/account", body, token=money.session)
    assert (changed.status, changed.body["waits"]) == (200, "DESTINATION_COOLING")
    assert changed.body["payable_from"]
    told = sorted(sent.body["kind"] for sent in scene.world.take("registration.notice_requested.v1"))
    assert told == ["ACCOUNT_CHANGED", "ACCOUNT_CHANGED_BY_SMS"]
    back = call("POST", "/v1/account/cancellation", token=other_session, idempotency_key="not-me")
    assert back.body == before
    assert call("POST", "/v1/account/cancellation", token=other_session, idempotency_key="not-me").body == before


def test_unlinking_and_what_is_told_of_it(scene: Scene) -> None:
    token = scene.token(scene.member)
    assert scene.apis.call("DELETE", "/v1/account", token=token).status == 204
    assert scene.apis.call("GET", "/v1/account", token=token).status == 404
    body = {"provider": "LINKAJA", "number": scene.member.phone.lstrip("+")}
    assert scene.apis.call("PUT", "/v1/account", body, token=token).slug == "confirmation-needed"


def test_a_payout_is_told_to_its_owner_in_their_language(scene: Scene) -> None:
    path = f"/v1/payouts/{scene.money.payout}"
    for language, words in (("id", "Menunggu persetujuan dua petugas."), ("en", "Waiting for two officers")):
        answer = scene.apis.call("GET", path, token=scene.token(scene.member), accept_language=language)
        incentive = answer.body["incentive"]
        assert incentive["explanation"].startswith(words)
        assert incentive["timeline"][0]["at"]
        assert incentive["next"]["by"]
        (listed,) = scene.apis.call(
            "GET", "/v1/incentives", token=scene.token(scene.member), accept_language=language
        ).body["incentives"]
        assert listed == incentive


def test_another_members_payout_looks_like_one_that_is_not_there(scene: Scene) -> None:
    stranger = scene.token(plant_person(scene.world, someone(9)))
    answers = [
        scene.apis.call("GET", f"/v1/payouts/{payout}", token=stranger, x_correlation_id="12345678")
        for payout in (scene.money.payout, "00000000-0000-5000-8000-000000000000")
    ]
    assert answers[0] == answers[1]
    assert answers[0].status == 404
