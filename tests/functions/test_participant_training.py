"""What a member sees and does about courses: catalogue, card and balance, purchases, review."""

from __future__ import annotations

from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Request

from functions.participant_api.handler import handler
from prakerja.platform.auth import Participant
from prakerja.training import first_completed
from prakerja.wiring import participant
from tests.support.market import CARD, PRICE, Market
from tests.support.people import Someone, someone
from tests.support.wired import answer_of, request
from tests.support.world import World

REVIEW = {"rating": 5, "text": "Sangat membantu."}


class Member:
    """Somebody who is signed in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, who: Someone) -> None:
        self.who = who
        self.monkeypatch = monkeypatch

    def play(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        def signed_in(request: Request) -> Participant:
            return Participant(self.who.person_id, "session")

        self.monkeypatch.setitem(handler.dependency_overrides, participant, signed_in)
        return answer_of(handler(request(method, path, body, **headers), None))


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


@pytest.fixture
def member(market: Market, monkeypatch: pytest.MonkeyPatch) -> Member:
    return Member(monkeypatch, market.member())


def test_the_catalogue_is_public(market: Market) -> None:
    status, page = answer_of(handler(request("GET", "/v1/courses"), None))
    assert status == 200
    assert page["next"] is None
    assert page["courses"] == [
        {
            "course_code": "C1",
            "title": "Dasar Excel",
            "description": "",
            "institution": "Lpk",
            "course_type": "WEBINAR",
            "price": PRICE,
            "platforms": ["toko"],
            "min_age": None,
            "max_age": None,
            "min_education": None,
        }
    ]
    status, detail = answer_of(handler(request("GET", "/v1/courses/C1"), None))
    assert status == 200
    assert [schedule["schedule_code"] for schedule in detail["schedules"]] == ["S1"]


def test_the_catalogue_goes_on_from_page_to_page(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.participant_api.routes_training.PAGE", 2)
    for number in range(2, 6):
        market.offer(f"C{number}", "S1")
    found, cursor = [], ""
    for _ in range(5):
        event = request("GET", "/v1/courses")
        event["queryStringParameters"] = {"cursor": cursor} if cursor else None
        event["rawQueryString"] = f"cursor={cursor}" if cursor else ""
        _, page = answer_of(handler(event, None))
        found += [course["course_code"] for course in page["courses"]]
        if not (cursor := page["next"]):
            break
    assert found == ["C1", "C2", "C3", "C4", "C5"]


@pytest.mark.parametrize("code", ["C9", "%7Bx%7D", "a" * 65])
def test_a_course_that_is_not_there(market: Market, code: str) -> None:
    assert answer_of(handler(request("GET", f"/v1/courses/{code}"), None))[0] in (404, 422)


def test_a_member_sees_card_and_balance(market: Market, member: Member) -> None:
    market.buy()
    status, view = member.play("GET", "/v1/membership")
    assert status == 200
    assert view["balance"] == {
        "granted": 3_500_000,
        "available": 3_500_000 - PRICE,
        "reserved": PRICE,
        "spent": 0,
        "forfeited": 0,
    }
    assert view["membership"]["card_number"] == CARD
    assert view["membership"]["state"] == "ACTIVE"
    assert view["membership"]["open_purchase_id"] == market.purchases(member.who)[0]["purchase_id"]


def test_who_is_no_member_is_told_so(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    status, problem = Member(monkeypatch, someone(9)).play("GET", "/v1/membership", accept_language="en")
    assert status == 404
    assert problem["type"].endswith("/membership-not-found")
    assert Member(monkeypatch, someone(9)).play("GET", "/v1/purchases") == (200, [])


def test_a_member_sees_how_far_a_course_is(market: Market, member: Member) -> None:
    code = market.buy()["redeem_code"]

    def seen() -> tuple[str, bool, bool]:
        (view,) = member.play("GET", "/v1/purchases")[1]
        return view["state"], "redeemed_at" in view and view["redeemed_at"] is not None, bool(view.get("completed_at"))

    assert seen() == ("AUTHORISED", False, False)
    market.redeem(code)
    assert seen() == ("REDEEMED", True, False)
    market.complete(code)
    assert seen() == ("COMPLETED", True, True)


def test_a_review_is_given_once(market: Market, member: Member) -> None:
    data = market.buy()
    purchase_id = market.purchases(member.who)[0]["purchase_id"]
    path = f"/v1/purchases/{purchase_id}/review"
    status, problem = member.play("PUT", path, REVIEW)
    assert (status, problem["type"].rpartition("/")[2]) == (409, "course-not-completed")
    market.complete(data["redeem_code"])
    market.world.take()

    first = member.play("PUT", path, REVIEW)
    assert first[0] == 200
    assert first[1]["rating"] == 5
    market.world.clock.move(hours=1)
    assert member.play("PUT", path, REVIEW) == first
    assert [message.body for message in market.world.take("training.course_reviewed.v1")] == [
        {"person_id": member.who.person_id, "purchase_id": purchase_id}
    ]
    status, problem = member.play("PUT", path, {**REVIEW, "rating": 1})
    assert (status, problem["type"].rpartition("/")[2]) == (409, "already-reviewed")

    first_course = first_completed(market.world.table, member.who.person_id)
    assert first_course is not None
    assert first_course.purchase_id == purchase_id
    assert first_course.reviewed_at is not None
    (seen,) = member.play("GET", "/v1/purchases")[1]
    assert (seen["state"], seen["redeem_code"], seen["reviewed_at"]) == (
        "COMPLETED",
        data["redeem_code"],
        first[1]["reviewed_at"],
    )


def test_a_lost_answer_to_a_review_is_no_second_review(market: Market, member: Member) -> None:
    market.complete(market.buy()["redeem_code"])
    path = f"/v1/purchases/{market.purchases(member.who)[0]['purchase_id']}/review"
    market.lose_answer()
    assert member.play("PUT", path, REVIEW)[0] == 500
    assert member.play("PUT", path, REVIEW)[0] == 200
    assert len(market.world.take("training.course_reviewed.v1")) == 1


def test_two_different_reviews_at_once(market: Market, member: Member) -> None:
    market.complete(market.buy()["redeem_code"])
    path = f"/v1/purchases/{market.purchases(member.who)[0]['purchase_id']}/review"
    market.before_commit(lambda: member.play("PUT", path, REVIEW))
    assert member.play("PUT", path, {**REVIEW, "rating": 1})[0] == 409
    assert member.play("PUT", path, REVIEW)[0] == 200


def test_nobody_reviews_what_another_bought(market: Market, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    market.complete(market.buy()["redeem_code"])
    path = f"/v1/purchases/{market.purchases(member.who)[0]['purchase_id']}/review"
    assert Member(monkeypatch, someone(9)).play("PUT", path, REVIEW)[0] == 404
    assert Member(monkeypatch, someone(9)).play("GET", "/v1/purchases") == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rating": 0, "text": "x"},
        {"rating": 6, "text": "x"},
        {"rating": "5", "text": "x"},
        {"rating": 5, "text": " "},
        {"rating": 5, "text": "x" * 1001},
        {"rating": 5, "text": "x", "more": 1},
    ],
)
def test_a_review_with_wrong_fields_is_refused(market: Market, member: Member, body: dict[str, Any]) -> None:
    market.complete(market.buy()["redeem_code"])
    path = f"/v1/purchases/{market.purchases(member.who)[0]['purchase_id']}/review"
    assert member.play("PUT", path, body)[0] == 422
    assert market.world.take("training.course_reviewed.v1") == []


def test_a_member_tells_and_corrects_the_last_education(member: Member) -> None:
    assert member.play("GET", "/v1/profile") == (200, {"last_education": None})
    for level in ("SMA", "S1"):
        assert member.play("PUT", "/v1/profile", {"last_education": level}) == (200, {"last_education": level})
    assert member.play("GET", "/v1/profile") == (200, {"last_education": "S1"})
    assert member.play("PUT", "/v1/profile", {"last_education": "TK"})[0] == 422
    assert member.play("GET", "/v1/profile") == (200, {"last_education": "S1"})


def test_a_member_sees_which_accounts_the_card_is_tied_to(market: Market, member: Member) -> None:
    assert member.play("GET", "/v1/membership/platform-accounts") == (200, [])
    market.buy(user_platform_id="mine")
    tied = [{"platform": "toko", "user_platform_id": "mine"}]
    assert member.play("GET", "/v1/membership/platform-accounts") == (200, tied)


def test_a_member_sees_what_became_of_a_purchase_and_what_is_next(market: Market, member: Member) -> None:
    code = market.buy()["redeem_code"]
    path = f"/v1/purchases/{market.purchases(member.who)[0]['purchase_id']}/timeline"
    status, seen = member.play("GET", path, accept_language="en")
    assert (status, [told["what"] for told in seen["happened"]]) == (200, ["Bought at Toko."])
    market.redeem(code)
    market.attend(code, 1)
    _, seen = member.play("GET", path, accept_language="en")
    assert [told["what"] for told in seen["happened"]][1:] == ["The redeem code was used.", "Attended session 1."]
    assert seen["next"]["what"].startswith("Finish: sessions (")
    assert seen["purchase"]["state"] == "REDEEMED"
    _, seen = member.play("GET", path)
    assert seen["happened"][0]["what"] == "Dibeli di Toko."


def test_nobody_sees_the_timeline_of_another(market: Market, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    market.buy()
    path = f"/v1/purchases/{market.purchases(member.who)[0]['purchase_id']}/timeline"
    stranger = Member(monkeypatch, market.member(2, card="8000000000000002"))
    assert stranger.play("GET", path)[0] == 404
