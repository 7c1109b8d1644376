"""How far a member is with a course, and attending a session from the mobile app."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from prakerja.platform.auth import Participant
from prakerja.platform.clock import wib
from prakerja.platform.http import Id, language_of, refuses
from prakerja.training.errors import CodeCancelled, PurchaseUnknown
from prakerja.training.learning_api import AttendanceDetail, LearningView, Photo, Return
from prakerja.training.learning_errors import (
    AttendanceClosed,
    AttendanceExpired,
    AttendanceLocked,
    AttendanceUnknown,
    CourseOver,
    EarlierSessionFirst,
    FaceCheckUnavailable,
    FaceNotMatched,
    PhotoUnusable,
)
from prakerja.training.service.attending import attend, look_at_attendance
from prakerja.training.store.learning import tasks_of
from prakerja.training.store.purchase import load_with_code
from prakerja.wiring import face_check, participant, platform

router = Router()

Person = Annotated[Participant, Depends(participant)]
State = Annotated[str, Path(pattern=r"^[0-9a-f]{40}$", example="0f3c8a1be2d94c57a6b0c1d2e3f4a5b6c7d8e9f0")]


@router.get("/v1/purchases/<purchase_id>", tags=["courses"])
@refuses(PurchaseUnknown)
def read_purchase(purchase_id: Id, request: Request, person: Person) -> LearningView:
    """A course that you bought: its sessions and when to attend them, your tasks, what is missing and by when."""
    p = platform()
    found = load_with_code(p.table, person.person_id, purchase_id)
    if found is None:
        raise PurchaseUnknown
    purchase, code = found
    tasks = tasks_of(p.table, code.redeem_code)
    return LearningView.of(purchase, code, tasks, p.clock.programme(), language_of(request))


@router.get("/v1/attendances/<state>", tags=["courses"])
@refuses(AttendanceUnknown)
def read_attendance(state: State, person: Person) -> AttendanceDetail:
    """What your institution sent you to attend."""
    found = look_at_attendance(platform(), state=state, person_id=person.person_id)
    return AttendanceDetail(
        course=found.course_title,
        institution=found.institution_name,
        sequence=found.sequence,
        opens_at=wib(found.window.opens_at) if found.window else None,
        closes_at=wib(found.window.closes_at) if found.window else None,
        is_open=found.is_open,
        is_done=found.is_done,
        return_url=found.return_url,
    )


@router.put("/v1/attendances/<state>", tags=["courses"])
@refuses(
    AttendanceUnknown,
    AttendanceExpired,
    AttendanceLocked,
    AttendanceClosed,
    EarlierSessionFirst,
    CodeCancelled,
    CourseOver,
    PhotoUnusable,
    FaceNotMatched,
    FaceCheckUnavailable,
)
def attend_session(state: State, body: Photo, person: Person) -> Return:
    """Attend with a photo of your face, then go back to your institution. Repeating it is safe."""
    photo = _decoded(body.photo)
    return Return(return_url=attend(platform(), face_check(), state=state, person_id=person.person_id, photo=photo))


def _decoded(photo: str) -> bytes:
    """The bytes of base64; what is not base64 is no photo."""
    try:
        return base64.b64decode(photo, validate=True)
    except binascii.Error:
        return b""
