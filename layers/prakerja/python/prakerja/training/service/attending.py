"""A participant attends a session in person: sent to us by the institution, recognised by face, sent back.

The truth of an attendance is on the redeem code; the state that leads a participant here only counts wrong photos.
"""

from __future__ import annotations

from dataclasses import dataclass

from prakerja.partners import Partner, is_registered_redirect
from prakerja.platform import Platform
from prakerja.platform.access_patterns import PERSON_IDENTITY
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.platform.parts import Item
from prakerja.platform.problems import Problem, Unavailable
from prakerja.registration import opened
from prakerja.training.learning_errors import (
    AttendanceUnknown,
    FaceCheckUnavailable,
    RedirectNotRegistered,
)
from prakerja.training.model.attendance import LIFE, Visit, require_photo, unusable, wrong_face
from prakerja.training.model.learning import Window, decide_attendance, ended, require_running, window_of
from prakerja.training.model.purchase import RedeemCode
from prakerja.training.ports import FaceCheck, FaceOutcome
from prakerja.training.service.completing import record
from prakerja.training.service.learning import look_at_code
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.learning import email_parts, load_visit, new_visit, wrong_face_part
from prakerja.training.store.purchase import code_from_item, code_key

NIK = "nik"
FACE_CHECK_AGAIN = 5
"""Seconds after which a photo can be sent again when the face check did not answer."""


@dataclass(frozen=True)
class Sent:
    """What an institution asks for when it sends a participant to us. ``request`` names the signed request itself."""

    sequence: int
    redirect_uri: str
    email: str
    """Of the participant at the institution; only its digest is kept."""
    request: str


@dataclass(frozen=True)
class AttendanceView:
    """What the attendance page shows. ``sequence`` 999 is the post-test."""

    course_title: str
    institution_name: str
    sequence: int
    window: Window | None
    """Programme time; None while an earlier session has to be attended first."""
    is_open: bool
    refusal: Problem | None
    """Why nothing can be recorded under this address any more, whatever the window: too old, locked, the course is over."""
    is_done: bool
    """It is recorded already; the participant goes back to ``return_url``."""
    is_test: bool
    """A test code: needs no sign-in and no photo."""
    return_url: str


def send_participant(p: Platform, *, institution: Partner, code: RedeemCode | None, sent: Sent) -> Visit:
    """Prepare a participant's way to us and back. The very same request again answers the same state.

    Raises CodeUnknown, CodeCancelled, CourseOver, SequenceNotTaught, RedirectNotRegistered, EmailInUse.
    """
    # load (the code came with the partner)
    known = look_at_code(institution=institution, code=code)
    # decide
    if not is_registered_redirect(sent.redirect_uri, institution.redirect_uris):
        raise RedirectNotRegistered
    window_of(known, sent.sequence)
    if sent.sequence not in known.attended:
        require_running(known, p.clock.programme())
    visit = Visit(
        state=_state_of(p, institution, sent),
        redeem_code=known.redeem_code,
        sequence=sent.sequence,
        institution=institution.client_code,
        redirect_uri=sent.redirect_uri,
        valid_until=p.clock.wall() + LIFE,
    )
    # commit
    digests = () if known.is_test else p.guarded().digests("COURSE_EMAIL", sent.email.strip().casefold())
    outcome = p.table.commit(new_visit(visit), *email_parts(known.course_code, digests, known.person_id))
    if not outcome.repeated:
        count("AttendanceAsked")
    return visit


def look_at_attendance(p: Platform, *, state: str, person_id: str | None) -> AttendanceView:
    """What a participant is about to attend. Raises AttendanceUnknown (also if it is somebody else's)."""
    # load
    visit, code, _ = _load(p, state, person_id)
    # decide
    window, now = window_of(code, visit.sequence), p.clock.programme()
    refusal = ended(code, now) or unusable(visit, p.clock.wall())
    return AttendanceView(
        course_title=code.title,
        institution_name=code.institution_name,
        sequence=visit.sequence,
        window=window,
        is_open=refusal is None and (code.is_test or (window is not None and window.is_open(now))),
        refusal=refusal,
        is_done=visit.sequence in code.attended,
        is_test=code.is_test,
        return_url=visit.return_url,
    )


def attend(p: Platform, face_check: FaceCheck, *, state: str, person_id: str | None, photo: bytes) -> str:
    """Record that a participant attends, if the photo shows them: answers where they go back to.

    What was recorded before is answered again without a look at the photo, which is never kept. The last missing proof
    completes the course. A test code needs neither person nor photo. Raises AttendanceUnknown, AttendanceExpired,
    AttendanceLocked, PhotoUnusable, FaceNotMatched, FaceCheckUnavailable, CodeCancelled, CourseOver, AttendanceClosed,
    EarlierSessionFirst.
    """
    matched = False

    def attempt(_: bool) -> str:
        nonlocal matched
        # load
        visit, code, identity = _load(p, state, person_id, with_identity=True)
        # decide
        now = p.clock.programme()
        after = decide_attendance(code, visit.sequence, now)
        if after is None:
            return visit.return_url
        if refusal := unusable(visit, p.clock.wall()):
            raise refusal
        if not (matched or code.is_test):
            _require_face(p, face_check, visit, code, identity, photo)
            matched = True
        # commit, announce
        seen = evidence(code.person_id or code.redeem_code, "ATTENDED", now, **_facts(visit))
        record(p, code, after, now, seen)
        count("SessionAttended")
        return visit.return_url

    return again_if_moved(attempt)


def _load(
    p: Platform, state: str, person_id: str | None, *, with_identity: bool = False
) -> tuple[Visit, RedeemCode, Item | None]:
    """The way, its code and, if asked for, the sealed half of its person. Raises AttendanceUnknown."""
    visit = load_visit(p.table, state)
    if visit is None:
        raise AttendanceUnknown
    person = [(PERSON_IDENTITY, {"person_id": person_id})] if with_identity and person_id else []
    code_item, *identity = p.table.batch_get(code_key(visit.redeem_code), *person)
    code = code_from_item(code_item)
    if code is None or not (code.is_test or code.person_id == person_id):
        raise AttendanceUnknown
    return visit, code, identity[0] if identity else None


def _require_face(
    p: Platform, face_check: FaceCheck, visit: Visit, code: RedeemCode, identity: Item | None, photo: bytes
) -> None:
    """Raises PhotoUnusable, FaceCheckUnavailable or, having counted it, FaceNotMatched or AttendanceLocked."""
    require_photo(photo)
    if identity is None:
        raise AttendanceUnknown
    try:
        nik = opened(p, code.person_id, identity, [NIK])[NIK]
        outcome = face_check.match(person_id=code.person_id, nik=nik, photo=photo)
    except Unavailable as problem:
        count("FaceCheckUnavailable")
        raise FaceCheckUnavailable(retry_after=problem.retry_after or FACE_CHECK_AGAIN) from problem
    if outcome is FaceOutcome.MATCH:
        return
    after, refusal = wrong_face(visit)
    p.table.commit(wrong_face_part(visit, after))
    count("FaceNotMatched")
    raise refusal


def _facts(visit: Visit) -> dict[str, str | int]:
    return {"redeem_code": visit.redeem_code, "sequence": visit.sequence, "institution": visit.institution}


def _state_of(p: Platform, institution: Partner, sent: Sent) -> str:
    """Unguessable, and the same for the very same signed request."""
    text = f"{institution.client_code}|{sent.request}"
    return p.guarded().digest("ATTENDANCE_STATE", text).rpartition(".")[2]
