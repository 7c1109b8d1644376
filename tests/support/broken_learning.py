"""What participants can do wrong when they attend."""

from __future__ import annotations

from prakerja.training.model.attendance import MAX_WRONG_FACES
from tests.support.broken_request import Broken
from tests.support.classroom import STRANGER
from tests.support.good import Good
from tests.support.misdeeds import Change
from tests.support.scene import Scene
from tests.support.scene_learning import in_base64

ATTEND = "PUT /v1/attendances/{state}"
ANOTHER_FACE = {"photo": in_base64(STRANGER)}


def _later(scene: Scene, **step: float) -> Change:
    scene.world.clock.move(**step)
    return {}


def _travelled(scene: Scene, **step: float) -> Change:
    scene.world.clock.travel(**step)
    return {}


def _second_day(scene: Scene) -> Change:
    return {"path": {"state": scene.learning.apis.market.state(scene.learning.code, 2)}}


def _attended_today(scene: Scene) -> Change:
    assert scene.send(ATTEND).status == 200
    return _second_day(scene)


def _many_wrong_photos(scene: Scene) -> Change:
    good = scene.good()[ATTEND]
    for _ in range(MAX_WRONG_FACES):
        scene.send(ATTEND, Good(good.token, good.path, ANOTHER_FACE))
    return {}


def _check_is_away(scene: Scene) -> Change:
    scene.apis.market.faces.down = True
    return {}


BROKEN_LEARNING: dict[str, Broken] = {
    "another's attendance": Broken(
        "attendance-unknown", ATTEND, ("bukan milik Anda", "not one of yours"), {"path": {"state": "0" * 40}}
    ),
    "a photo too old": Broken(
        "attendance-expired", ATTEND, ("mulai lagi", "begin again"), prepare=lambda scene: _later(scene, minutes=16)
    ),
    "attending too late": Broken(
        "attendance-closed", ATTEND, ("dibuka dari", "is open from"), prepare=lambda scene: _travelled(scene, days=11)
    ),
    "attending twice a day": Broken(
        "attendance-closed", ATTEND, ("dibuka dari", "is open from"), prepare=_attended_today
    ),
    "attending out of order": Broken(
        "earlier-session-first", ATTEND, ("pertemuan 1", "session 1"), prepare=_second_day
    ),
    "attending after the end": Broken(
        "course-over", ATTEND, ("masa tenggang", "grace period"), prepare=lambda scene: _travelled(scene, days=60)
    ),
    "no photo": Broken("photo-unusable", ATTEND, ("JPEG", "JPEG"), {"body": {"photo": "R0lGODlh"}}),
    "no base64": Broken("photo-unusable", ATTEND, ("JPEG", "JPEG"), {"body": {"photo": "AAAAA"}}),
    "another face": Broken(
        "face-not-matched", ATTEND, ("percobaan: 4", "left: 4"), {"body": ANOTHER_FACE}, counts=True
    ),
    "too many other faces": Broken(
        "attendance-locked", ATTEND, ("mulai lagi", "begin again"), prepare=_many_wrong_photos
    ),
    "a face check that is away": Broken(
        "face-check-unavailable", ATTEND, ("Coba lagi", "Try again"), prepare=_check_is_away
    ),
}
