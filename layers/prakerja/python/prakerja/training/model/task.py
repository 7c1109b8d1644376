"""A practice task (``tpm``) or skill demonstration (``uk``) that was handed in, and the feedback to it. Pure.

We keep the addresses that an institution names and never fetch them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from prakerja.training.learning_errors import TaskNotSubmitted

REMEMBERED = 10
"""Requests: more than are sent about one task within the minutes in which a request is believed."""


class TaskScope(StrEnum):
    """``tpm``: Tugas Praktik Mandiri, sequence 1 to 998. ``uk``: Unjuk Keterampilan, sequence 999."""

    TPM = "tpm"
    UK = "uk"


class TaskStatus(IntEnum):
    """The numbers of the wire contract. We store a task at once, so it is never PENDING or FAILED with us."""

    NOT_SUBMITTED = 0
    PENDING = 1
    SUCCESS = 2
    FAILED = 3


@dataclass(frozen=True)
class Task:
    """What was handed in under a scope and sequence of a redeem code. Programme time."""

    redeem_code: str
    scope: TaskScope
    sequence: int
    url_file: str
    submitted_at: datetime
    notes: str | None = None
    """The trainer's words; with them the task has its feedback."""
    feedback_url: str | None = None
    feedback_at: datetime | None = None
    heard: tuple[str, ...] = ()
    """The latest signed requests about it: one that comes late a second time changes nothing."""
    version: int = 1

    @property
    def has_feedback(self) -> bool:
        """Did the trainer answer?"""
        return self.feedback_at is not None

    def says_as(self, other: Task | None) -> bool:
        """Is nothing different but what was heard?"""
        return other is not None and replace(self, heard=other.heard, version=other.version) == other


def decide_submission(before: Task | None, after: Task, request: str) -> Task:
    """The task as it stands then: ``before`` itself if this very request was heard before. Another file takes the place of
    the one before, and waits for feedback of its own; the same file stays as it is."""
    if before is None:
        return replace(after, heard=(request,))
    if request in before.heard:
        return before
    stays = before if before.url_file == after.url_file else after
    return replace(stays, version=before.version + 1, heard=_heard(before, request))


def decide_feedback(task: Task | None, *, notes: str, url_file: str, request: str, now: datetime) -> Task:
    """The task with its feedback, which may be corrected: ``task`` itself if this very request was heard before. Raises
    TaskNotSubmitted."""
    if task is None:
        raise TaskNotSubmitted
    if request in task.heard:
        return task
    heard = replace(task, version=task.version + 1, heard=_heard(task, request))
    if task.has_feedback and (task.notes, task.feedback_url or "") == (notes, url_file):
        return heard
    return replace(heard, notes=notes, feedback_url=url_file or None, feedback_at=now)


def _heard(task: Task, request: str) -> tuple[str, ...]:
    return (*task.heard, request)[-REMEMBERED:]


def statuses_of(task: Task | None) -> tuple[TaskStatus, TaskStatus]:
    """How the assignment and its feedback stand."""
    return (
        TaskStatus.SUCCESS if task else TaskStatus.NOT_SUBMITTED,
        TaskStatus.SUCCESS if task and task.has_feedback else TaskStatus.NOT_SUBMITTED,
    )
