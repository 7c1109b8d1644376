"""A participant on the way to attend one sequence: sent by an institution, checked by us, sent back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prakerja.platform.addresses import with_query
from prakerja.training.learning_errors import (
    AttendanceExpired,
    AttendanceLocked,
    FaceNotMatched,
    PhotoTooLarge,
    PhotoUnusable,
)

LIFE = timedelta(minutes=15)
"""How long a participant has for it (wall clock)."""
MAX_WRONG_FACES = 5
"""Photos that do not match, after which a state is dead; never the person: the institution's page gives a new one."""
MAX_PHOTO_BYTES = 4_000_000
"""What the front camera of a phone makes, untouched (a page without scripts cannot shrink it), and what Lambda can take.

An app can, so what it sends through the API is far smaller (``learning_api``)."""


@dataclass(frozen=True)
class Visit:
    """Who comes back to where, having attended what. Wall time."""

    state: str
    """Unguessable; the institution knows the participant by it, before and afterwards."""
    redeem_code: str
    sequence: int
    institution: str
    redirect_uri: str
    """Registered by the institution, with a query of its own."""
    valid_until: datetime
    """Exclusive."""
    wrong_faces: int = 0

    @property
    def return_url(self) -> str:
        """Where the participant is sent afterwards: the institution's address, its query kept, with the state."""
        return with_query(self.redirect_uri, state=self.state)


def unusable(visit: Visit, now: datetime) -> AttendanceExpired | AttendanceLocked | None:
    """Why it takes no photo any more (wall time); None: it does."""
    if now >= visit.valid_until:
        return AttendanceExpired()
    return AttendanceLocked() if visit.wrong_faces >= MAX_WRONG_FACES else None


def wrong_face(visit: Visit) -> tuple[Visit, FaceNotMatched | AttendanceLocked]:
    """The visit after one more photo that does not match, and what to say."""
    after = replace(visit, wrong_faces=visit.wrong_faces + 1)
    left = MAX_WRONG_FACES - after.wrong_faces
    return after, FaceNotMatched(tries_left=left) if left else AttendanceLocked()


def require_photo(photo: bytes) -> None:
    """Raises PhotoUnusable unless it looks like one photo of a kind that every phone makes, PhotoTooLarge."""
    is_webp = photo[:4] == b"RIFF" and photo[8:12] == b"WEBP"
    if not (is_webp or photo.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise PhotoUnusable
    if len(photo) > MAX_PHOTO_BYTES:
        raise PhotoTooLarge(megabytes=MAX_PHOTO_BYTES // 1_000_000)
