"""What operators can do wrong about purchases."""

from __future__ import annotations

from tests.support.broken_request import Broken

CANCEL = "PUT /operator/v1/purchases/{person_id}/{purchase_id}/cancellation"

BROKEN_PURCHASES: dict[str, Broken] = {
    "a purchase that is over": Broken(
        "purchase-over",
        CANCEL,
        ("belum selesai", "neither finished"),
        prepare=lambda scene: {"path": {"person_id": scene.member.person_id, "purchase_id": scene.purchase_id}},
    ),
    "a schedule that does not exist": Broken(
        "schedule-unknown",
        "PUT /operator/v1/schedules/{course_code}/{schedule_code}/cancellation",
        ("tidak memiliki jadwal", "no schedule"),
        {"path": {"course_code": "DESAIN", "schedule_code": "DESAIN-9"}},
    ),
}
