"""A session: one sign-in on one device, kept alive by refresh tokens that are good for one use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from prakerja.registration.model.address import Channel

SESSION_LIFE = timedelta(days=30)
"""From sign-in; refreshing does not prolong it."""
GRACE = timedelta(seconds=60)
"""How long the token before the current one still gets the same successor: answers get lost on mobile networks."""


@dataclass(frozen=True)
class Session:
    """``generation`` numbers the refresh tokens of a session, the first is 1; only the current one is good."""

    session_id: str
    person_id: str
    device: str
    created_at: datetime
    rotated_at: datetime
    generation: int = 1
    ended_at: datetime | None = None
    channel: Channel | None = None
    """Which channel opened it; unknown of the oldest ones."""

    @property
    def other_channel(self) -> Channel:
        """The one that whoever stole the session's phone or mailbox does not have."""
        return (self.channel or Channel.PHONE).other

    @property
    def ends_at(self) -> datetime:
        """Exclusive end of the session."""
        return self.created_at + SESSION_LIFE

    def is_over(self, now: datetime) -> bool:
        """Signed out, ended for misuse, or too old."""
        return self.ended_at is not None or now >= self.ends_at


class Refresh(StrEnum):
    """What a refresh token comes to."""

    ROTATE = "ROTATE"
    SAME_SUCCESSOR = "SAME_SUCCESSOR"
    REUSED = "REUSED"
    """Somebody holds a copy: the session ends for both."""
    OVER = "OVER"


def decide_refresh(session: Session | None, *, generation: int, device: str, now: datetime) -> Refresh:
    """Judge a genuine refresh token of ``generation``, shown by ``device``."""
    if session is None or session.is_over(now) or generation > session.generation:
        return Refresh.OVER
    if device != session.device:
        return Refresh.REUSED
    if generation == session.generation:
        return Refresh.ROTATE
    fresh = now < session.rotated_at + GRACE
    return Refresh.SAME_SUCCESSOR if generation == session.generation - 1 and fresh else Refresh.REUSED
