"""What institutions send about attendance and tasks. Addresses are kept, never fetched."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.partner_api.requests import POST_TEST, CommitRequest, Sequence
from prakerja.training.model.task import TaskScope

Address = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
File = Annotated[str, StringConstraints(max_length=2048, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x1f\x7f]+$")]
"""An http(s) address."""
NoFile = Annotated[str, StringConstraints(max_length=0)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")]
Scope = Annotated[TaskScope, BeforeValidator(lambda value: TaskScope(value) if value in ("tpm", "uk") else value)]


class UrlRequest(CommitRequest):
    """``oauth/url-generate``. ``email`` is the participant's at the institution."""

    redirect_uri: Address
    email: Email
    sequence: Sequence = 1


class TaskRequest(CommitRequest):
    """``tpm/submission/status``, and what all endpoints of tasks name. An absent ``sequence`` is the first of its scope."""

    scope: Scope
    sequence: Annotated[int, Field(ge=1, le=POST_TEST)] | None = None

    @property
    def number(self) -> int:
        """The sequence that is meant."""
        return self.sequence or (POST_TEST if self.scope is TaskScope.UK else 1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.number == POST_TEST) is not (self.scope is TaskScope.UK):
            raise PydanticCustomError("task_sequence", "must be 1 to 998 for tpm, 999 for uk")
        return self


class SubmissionRequest(TaskRequest):
    """``tpm/submission``."""

    url_file: File


class FeedbackRequest(TaskRequest):
    """``tpm/feedback/submission``. ``url_file`` may be absent, null or empty."""

    notes: Annotated[str, StringConstraints(min_length=1, max_length=5000)]
    url_file: File | NoFile | None = None
