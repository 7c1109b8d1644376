"""What cases publish."""

from __future__ import annotations

from prakerja.platform.outbox import Message


class ClearingApproved(Message):
    """Two operators agreed what becomes of a case's money."""

    topic = "cases.clearing_approved.v1"
    queue = "open_case"

    case_id: str
    approval_id: str
