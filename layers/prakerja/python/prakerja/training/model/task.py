"""A practice task (``tpm``) or skill demonstration (``uk``) that was handed in, and the feedback to it. Pure.

We keep the addresses that an institution names and never fetch them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from prakerja.training.learning_errors import TaskGraded, TaskNotSubmitted


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
    version: int = 1

    @property
    def has_feedback(self) -> bool:
        """Did the trainer answer?"""
        return self.feedback_at is not None


def decide_submission(before: Task | None, after: Task) -> Task:
    """The task as it stands then: ``before`` itself if it was handed in so already. Until feedback is given another file
    may replace it. Raises TaskGraded."""
    if before is None:
        return after
    if before.url_file == after.url_file:
        return before
    if before.has_feedback:
        raise TaskGraded
    return replace(after, version=before.version + 1)


def decide_feedback(task: Task | None, *, notes: str, url_file: str, now: datetime) -> Task:
    """The task with its feedback: ``task`` itself if it has this one already. Raises TaskNotSubmitted, TaskGraded."""
    if task is None:
        raise TaskNotSubmitted
    if task.has_feedback:
        if (task.notes, task.feedback_url or "") != (notes, url_file):
            raise TaskGraded
        return task
    return replace(task, notes=notes, feedback_url=url_file or None, feedback_at=now, version=task.version + 1)


def statuses_of(task: Task | None) -> tuple[TaskStatus, TaskStatus]:
    """How the assignment and its feedback stand."""
    return (
        TaskStatus.SUCCESS if task else TaskStatus.NOT_SUBMITTED,
        TaskStatus.SUCCESS if task and task.has_feedback else TaskStatus.NOT_SUBMITTED,
    )
