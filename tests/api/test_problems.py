"""Whoever does something wrong is told what, and how to mend it, in their language; and nothing has changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from docs.discover import problems
from tests.support.apis import APIS, Answer
from tests.support.broken import BROKEN, Broken
from tests.support.market import CARD, Market, account_of, refused
from tests.support.scene import Good, Scene

ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        ("bad-request", "not-allowed", "conflict", "too-many"), "a family of problems, never itself an answer"
    ),
    **dict.fromkeys(
        (
            "malformed-body",
            "bad-signature",
            "endpoint-not-found",
            "invalid-fields",
            "course-not-named",
            "card-unknown",
            "course-unknown",
            "payment-unknown",
            "transaction-not-found",
            "redeem-code-unknown",
            "not-enough-balance",
            "membership-ended",
            "purchase-deadline-passed",
            "account-not-linked",
            "course-still-open",
            "price-differs",
            "sale-closed",
            "no-seat-left",
            "payment-code-wrong",
            "payment-locked",
            "payment-expired",
            "payment-used",
            "invoice-used",
            "transaction-already-void",
            "age-does-not-fit",
            "education-too-low",
            "education-unknown",
            "card-has-another-account",
            "account-has-another-card",
            "already-redeemed",
            "redeem-code-cancelled",
            "redeem-code-not-redeemed",
            "sequence-not-taught",
            "redirect-not-registered",
            "email-in-use",
            "task-not-submitted",
            "task-graded",
            "not-a-test-code",
            "sso-client-missing",
            "sso-client-unknown",
            "sso-code-unknown",
            "sso-refresh-unknown",
            "sso-user-missing",
            "season-over",
            "too-many-payment-codes",
        ),
        "told to partners: tests/functions/test_partner_*.py, tests/contract/partner",
    ),
    **dict.fromkeys(
        (
            "sso-application-unknown",
            "sso-wish-refused",
            "sso-return-not-registered",
            "sso-scope-unknown",
            "sso-challenge-refused",
            "sso-state-too-long",
            "foreign-form",
            "stale-form",
            "form-too-large",
            "photo-too-large",
            "not-a-form",
        ),
        "told on a page: tests/functions/test_consent.py, test_site.py, test_attendance_page.py",
    ),
    **dict.fromkeys(
        (
            "rejected-outside",
            "outside-unavailable",
            "beacon-round-not-yet",
            "beacon-invalid",
            "run-totals-differ",
            "payout-not-released",
            "source-account-short",
            "channel-is-stopped",
            "payout-moved",
            "attempt-not-ended",
            "not-agreed",
            "booked-otherwise",
            "ledger-differs",
            "day-not-over",
            "run-moved",
            "incentive-moved",
            "decree-not-agreed",
            "family-seat-taken",
            "benefited-before",
            "application-over",
            "card-given-before",
            "card-number-taken",
            "balance-already-granted",
            "identity-check-outdated",
            "nik-taken",
            "code-superseded",
            "notice-postponed",
            "clearing-not-agreed",
        ),
        "met by workers only",
    ),
    **dict.fromkeys(
        (
            "challenge-busy",
            "session-rotated",
            "wave-changed",
            "membership-changed",
            "balance-changed",
            "account-moved",
            "exclusion-moved",
            "claim-moved",
            "channel-moved",
            "reconciled-day-moved",
            "case-moved",
            "sweep-moved",
            "sso-rotated",
        ),
        "met only by losing a race: the tests of their commands",
    ),
    "schedule-cancelled": "tests/functions/test_cancel_purchases.py",
    "ledger-not-closed": "a day with more bookings than are added up on request: tests/unit/balance",
    **dict.fromkeys(("unexpected", "unavailable"), "our own failing: tests/unit/platform"),
}
"""Problems that no participant and no operator can meet by what they send, and why."""


def test_every_problem_that_a_person_can_meet_is_met_here() -> None:
    met = {broken.slug for broken in BROKEN.values()}
    assert met.isdisjoint(ELSEWHERE)
    assert met | set(ELSEWHERE) == {problem.slug for problem in problems()}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_request_is_told_what_is_wrong(scene: Scene, name: str) -> None:
    broken = BROKEN[name]
    good = scene.good().get(broken.route, Good())
    request = _changed(_changed(good, broken.changes), broken.prepare(scene))
    before = scene.rewind()
    answers = {}
    for language in ("id", "en"):
        before()
        with scene.apis.written() as writes:
            answers[language] = scene.send(broken.route, request, **{"accept_language": language, **broken.headers})
        assert broken.counts or writes == []
    scene.apis.bank.transport.refusing = scene.apis.market.faces.down = False
    _judge(broken, answers)


def _judge(broken: Broken, answers: dict[str, Answer]) -> None:
    for (language, answer), words in zip(answers.items(), broken.says, strict=True):
        body = answer.body
        assert answer.slug == broken.slug, answer.text
        assert answer.status == body["status"]
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Content-Language"] == language
        assert words.lower() in json.dumps([body["title"], body["detail"], body.get("errors")]).lower(), answer.text
        assert "{" not in body["title"] + body["detail"]
        assert body["correlation_id"] == answer.headers["x-correlation-id"]
        if answer.status in (429, 503) and broken.slug != "too-many-resends":
            assert int(answer.headers["Retry-After"]) > 0
    assert answers["id"].body["title"] != answers["en"].body["title"]
    assert answers["id"].status == answers["en"].status
    if broken.route in DOCUMENTED:
        told = DOCUMENTED[broken.route].get(str(answers["id"].status))
        assert told, "the OpenAPI document does not name this status"
        assert broken.slug in USUAL or broken.slug in told, "the OpenAPI document does not name this problem"


def _changed(good: Good, changes: Any) -> Good:
    """With other fields; a body that is an object is changed field by field, unless it is emptied."""
    body = changes.get("body", good.body)
    if isinstance(body, dict) and isinstance(good.body, dict) and body and "vip" not in body:
        body = {**good.body, **body}
    return replace(good, **{**changes, "body": body})


USUAL = {
    "malformed-request",
    "unsupported-media-type",
    "too-large",
    "invalid-input",
    "not-signed-in",
    "role-missing",
    "not-found",
}
"""Problems that a document need not name, because their status says it all."""

DOCUMENTED: dict[str, dict[str, str]] = {
    f"{method.upper()} {path}": {status: response["description"] for status, response in operation["responses"].items()}
    for api in APIS.values()
    for path, operations in api.openapi()["paths"].items()
    for method, operation in operations.items()
}
"""Route → status → what its document says of it."""


# partners: one language, one envelope ---------------------------------------------------------------------------------
@pytest.fixture
def market(scene: Scene) -> Market:
    scene.world.clock.move(minutes=2)
    return scene.apis.market


def _send(scene: Scene, partner: str, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    """A partner's call that must change nothing."""
    with scene.apis.written() as writes:
        answer = scene.apis.market.call(partner, path, body, **headers)
    assert writes == []
    return answer


def test_a_wrong_signature_and_an_old_timestamp_are_told_alike(scene: Scene, market: Market) -> None:
    path, body = "/payment/redeem-code/commit", {"redeem_code": "AAAAAAAAAAAA"}
    old = str(int(scene.world.clock.wall().timestamp()) - 301)
    answers = [_send(scene, "lpk", path, body, **wrong) for wrong in ({"signature": "ab" * 32}, {"timestamp": old})]
    assert answers[0] == answers[1]
    message = refused(answers[0], "ERRSIG40101", 401)
    assert "timestamp" in message
    assert "signature" in message


def test_bad_json_and_wrong_types(scene: Scene, market: Market) -> None:
    event = market.event("lpk", "/payment/redeem-code/commit", {})
    answer = scene.apis.partner({**event, "body": '{"redeem_code": '})
    assert "JSON" in refused(answer, "ERRREQ40001")
    answer = _send(scene, "lpk", "/payment/redeem-code/commit", {"redeem_code": 7})
    assert "redeem_code" in refused(answer, "ERRREQ40002")


def test_another_institutions_code(scene: Scene, market: Market) -> None:
    (bought, *_) = market.purchases(scene.member)
    answer = _send(scene, "bkk", "/payment/redeem-code/commit", {"redeem_code": bought["redeem_code"]})
    assert "tidak ditemukan" in refused(answer, "ERRTRX40031")


def test_not_enough_balance(scene: Scene, market: Market) -> None:
    market.offer("MAHAL", "S1", price=9_000_000)
    order = {"user_platform_id": account_of(CARD), "prakerja_id": CARD, "schedule_code": "S1"}
    answer = _send(scene, "toko", "/payment/send-otp", {**order, "course_code": "MAHAL", "amount": 9_000_000})
    assert "saldo" in refused(answer, "ERRTRX40016").lower()


def test_a_double_purchase(scene: Scene, market: Market) -> None:
    """While one course is under way no other is sold."""
    market.offer("C2", "S2")
    market.buy(invoice="INV-2", course_code="C2", schedule_code="S2")
    market.world.clock.move(minutes=2)
    answer = _send(scene, "toko", "/payment/send-otp", market.order(course_code="C2", schedule_code="S2"))
    assert "selesai" in refused(answer, "ERRTRX40020")


def test_no_such_endpoint(scene: Scene) -> None:
    refused(_send(scene, "lpk", "/payment/nowhere", {}), "ERRREQ40401", 404)
