"""What members and operators can do wrong about incentives, exclusions and memberships."""

from __future__ import annotations

from tests.support.broken_request import Broken

RETRY = "POST /v1/incentives/{kind}/{number}/retry"
EXTENSION = "PUT /operator/v1/memberships/{person_id}/extension"
CLEARING = "PUT /operator/v1/cases/{case_id}/clearing"

BROKEN_INCENTIVES: dict[str, Broken] = {
    "an incentive that did not fail": Broken(
        "incentive-not-failed",
        RETRY,
        ("gagal dicairkan", "could not be paid"),
        prepare=lambda scene: {"token": scene.token(scene.member)},
    ),
    "a NIK that is on no list": Broken(
        "not-excluded",
        "POST /operator/v1/exclusions/lift",
        ("instansi tersebut", "This agency"),
        {"body": {"source": "TNI"}},
    ),
    "more than is owed": Broken(
        "more-than-claimed",
        "POST /operator/v1/memberships/{person_id}/claims/{kind}/{number}/repayments",
        ("Rp600.000", "Rp600.000"),
        {"body": {"amount": 600_001}},
    ),
    "time for who has bought": Broken(
        "extension-not-possible",
        EXTENSION,
        ("belum membeli", "not bought"),
        prepare=lambda scene: {"path": {"person_id": scene.member.person_id}},
    ),
    "more time than the scheme gives": Broken(
        "extension-out-of-bounds",
        EXTENSION,
        ("harus di antara", "must lie between"),
        {"body": {"last_day": "2099-01-01"}},
    ),
    "clearing what a claim never got": Broken(
        "nothing-to-clear", CLEARING, ("GIVEN_BACK", "GIVEN_BACK"), {"body": {"outcome": "GIVEN_BACK"}}
    ),
    "ending a case alone that money waits for": Broken(
        "money-waits",
        "PUT /operator/v1/cases/{case_id}/resolution",
        ("Usulkan penyelesaian", "Propose how"),
        prepare=lambda scene: {"path": {"case_id": scene.money.suspense_case}},
    ),
    "accepting money for what waits to be paid": Broken(
        "suspense-not-acceptable",
        CLEARING,
        ("statusnya DECLARED", "that is DECLARED"),
        prepare=lambda scene: {"body": {"outcome": "ACCEPTED", "payout_id": scene.money.payout}},
    ),
}
