"""What members and operators can do wrong about incentives, exclusions and memberships."""

from __future__ import annotations

from tests.support.broken_request import Broken

RETRY = "POST /v1/incentives/{kind}/{number}/retry"

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
}
