"""What operators can do wrong about payout runs, payouts and channels."""

from __future__ import annotations

from tests.support import misdeeds as past
from tests.support.broken_request import Broken
from tests.support.scene_office import FLOWING

RELEASE = "PUT /operator/v1/payout-runs/{run_id}/release"
VERDICT = "PUT /operator/v1/payouts/{payout_id}/verdict"
STOP, START = "PUT /operator/v1/channels/{provider}/stop", "PUT /operator/v1/channels/{provider}/start"
SETTLEMENT = "POST /operator/v1/settlement-files"

BROKEN_PAYOUTS: dict[str, Broken] = {
    "a run not declared": Broken("run-not-declared", RELEASE, ("DECLARED", "DECLARED"), prepare=past.new_run),
    "an empty run": Broken(
        "run-empty", RELEASE, ("jatuh tempo", "due"), prepare=lambda scene: {"path": {"run_id": scene.empty_run}}
    ),
    "a verdict that a machine will find": Broken(
        "verdict-not-possible",
        VERDICT,
        ("berstatus PAID", "that is PAID"),
        prepare=lambda scene: {"path": {"payout_id": scene.desk.paid}},
    ),
    "absent, on the very day": Broken(
        "verdict-too-early", VERDICT, ("08:00 WIB", "08:00 WIB"), {"body": {"verdict": "ABSENT"}}
    ),
    "nothing that shows it": Broken(
        "invalid-input", VERDICT, ("bentuknya tidak sesuai", "right form"), {"body": {"evidence_reference": "?"}}
    ),
    "starting what flows": Broken(
        "channel-not-stopped", START, ("tidak sedang dihentikan", "not stopped"), {"path": {"provider": FLOWING}}
    ),
    "a settlement of tomorrow": Broken(
        "settlement-day-not-over", SETTLEMENT, ("sudah berakhir", "day that is over"), {"body": {"day": "2029-12-31"}}
    ),
    "stopping a stranger": Broken("unknown-provider", STOP, ("LINKAJA", "LINKAJA"), {"path": {"provider": "PAYPAL"}}),
}
