"""What several people edit carries a version; whoever changes it says which version they saw (RFC 9110 §13.1.1)."""

from __future__ import annotations

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from prakerja.platform.problems import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of what you read; 412 if it was changed meanwhile, 428 without it.",
        example='"1"',
    ),
]
_STRONG = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    """The strong ETag of a version."""
    return f'"{version}"'


def seen_version(if_match: str | None) -> int:
    """The version that a request says it saw. Raises PreconditionRequired, PreconditionFailed (not one of ours)."""
    if not if_match:
        raise PreconditionRequired
    found = _STRONG.fullmatch(if_match.strip())
    if found is None:
        raise PreconditionFailed
    return int(found[1])
