"""What participants send and see while they learn: sessions, tasks, what is missing, attendance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from prakerja.platform.clock import wib
from prakerja.platform.validation import Body, View
from prakerja.training.api import PurchaseView
from prakerja.training.model.learning import (
    Missing,
    Session,
    SessionState,
    can_complete,
    finish_by,
    missing_of,
    sessions_of,
)
from prakerja.training.model.purchase import OPEN, Purchase, RedeemCode
from prakerja.training.model.task import Task, TaskScope


class SessionView(View):
    """One session; ``sequence`` 999 is the post-test. Times in WIB."""

    sequence: int = Field(examples=[1])
    state: SessionState
    opens_at: AwareDatetime | None = Field(None, description="when attendance opens; null: an earlier one comes first")
    closes_at: AwareDatetime | None = Field(None, description="exclusive")
    attended_at: AwareDatetime | None = None

    @classmethod
    def of(cls, session: Session) -> SessionView:
        """The view of a session."""
        window = session.window
        return cls(
            sequence=session.sequence,
            state=session.state,
            opens_at=wib(window.opens_at) if window else None,
            closes_at=wib(window.closes_at) if window else None,
            attended_at=wib(session.attended_at) if session.attended_at else None,
        )


class TaskView(View):
    """A practice task (``tpm``) or skill demonstration (``uk``) that you handed in, with the trainer's feedback."""

    scope: TaskScope
    sequence: int
    url_file: str = Field(examples=["https://lms.example/tugas/1.pdf"])
    submitted_at: AwareDatetime
    notes: str | None = Field(None, description="the trainer's words", examples=["Rumusnya tepat."])
    feedback_url: str | None = None
    feedback_at: AwareDatetime | None = None

    @classmethod
    def of(cls, task: Task) -> TaskView:
        """The view of a task."""
        return cls(
            scope=task.scope,
            sequence=task.sequence,
            url_file=task.url_file,
            submitted_at=wib(task.submitted_at),
            notes=task.notes,
            feedback_url=task.feedback_url,
            feedback_at=wib(task.feedback_at) if task.feedback_at else None,
        )


class LearningView(View):
    """A course that you bought, how far you are, and what is missing by when."""

    purchase: PurchaseView
    sessions: list[SessionView]
    tasks: list[TaskView]
    missing: list[str] = Field(
        description="what to do; empty once the course is completed or over", examples=[["Hadiri 2 pertemuan lagi."]]
    )
    finish_by: AwareDatetime = Field(description="exclusive: what is proven later does not count")
    can_complete: bool = Field(description="false once too many sessions were missed, or the time is over")

    @classmethod
    def of(cls, purchase: Purchase, code: RedeemCode, tasks: list[Task], now: datetime, language: str) -> LearningView:
        """The view at a time (programme time)."""
        return cls(
            purchase=PurchaseView.of(purchase),
            sessions=[SessionView.of(session) for session in sessions_of(code, now)],
            tasks=[TaskView.of(task) for task in tasks],
            missing=_words(missing_of(code), language) if purchase.state in OPEN else [],
            finish_by=wib(finish_by(code)),
            can_complete=can_complete(code, now),
        )


class AttendanceDetail(View):
    """What you are about to attend. Times in WIB."""

    course: str = Field(examples=["Microsoft Excel Dasar"])
    institution: str
    sequence: int = Field(description="999 is the post-test", examples=[1])
    opens_at: AwareDatetime | None = Field(None, description="null: an earlier session comes first")
    closes_at: AwareDatetime | None = Field(None, description="exclusive")
    is_open: bool
    is_done: bool = Field(description="recorded already: go back to return_url")
    return_url: str = Field(examples=["https://lms.example/kembali?state=0f3c"])


MAX_PHOTO_BYTES = 150_000
"""What fits into a request of 256 KB as base64. Enough for a face: a picture 800 pixels wide has about 100 KB."""


class Photo(Body):
    """Your face, taken now: JPEG, PNG or WebP. It is compared and thrown away."""

    photo: Annotated[
        str,
        StringConstraints(min_length=4, max_length=MAX_PHOTO_BYTES // 3 * 4, pattern=r"^[A-Za-z0-9+/]+={0,2}$"),
    ] = Field(
        description="base64 of at most 150 KB: make the picture smaller first, 800 pixels wide will do",
        examples=["/9j/4AAQSkZJRg=="],
    )


class Return(View):
    """Attended. Open this address: it is your institution's."""

    return_url: str = Field(examples=["https://lms.example/kembali?state=0f3c"])


def _words(missing: Missing, language: str) -> list[str]:
    lacks = (
        (
            missing.sessions > 0,
            f"Hadiri {missing.sessions} pertemuan lagi.",
            f"Attend {missing.sessions} more session{'s' if missing.sessions > 1 else ''}.",
        ),
        (missing.post_test, "Ikuti post-test.", "Take the post-test."),
        (
            missing.skill_demonstration,
            "Kirim unjuk keterampilan di lembaga pelatihan dan tunggu umpan baliknya.",
            "Hand in the skill demonstration at your institution and wait for the feedback.",
        ),
    )
    return [english if language == "en" else indonesian for lacks_it, indonesian, english in lacks if lacks_it]
