"""Ends a membership that two operators revoked, and all that hangs on it: courses, balance, payouts, claims."""

from __future__ import annotations

from prakerja.incentives.messages import ClaimDue
from prakerja.incentives.service import look_at_claim
from prakerja.membership.messages import MembershipRevoked, RevocationApproved
from prakerja.membership.service import revoke
from prakerja.payouts.service import end_payments
from prakerja.platform.worker import sqs_worker
from prakerja.training.service.ending import end_learning
from prakerja.wiring import platform, sqs


def work(topic: str, body: str) -> None:
    """One message: one person, or one claim."""
    if topic == RevocationApproved.topic:
        approved = RevocationApproved.model_validate_json(body)
        revoke(platform(), person_id=approved.person_id, approval_id=approved.approval_id)
    elif topic == MembershipRevoked.topic:
        person_id = MembershipRevoked.model_validate_json(body).person_id
        end_learning(platform(), person_id=person_id)
        end_payments(platform(), person_id=person_id)
    else:
        claim = ClaimDue.model_validate_json(body)
        look_at_claim(platform(), person_id=claim.person_id, kind=claim.kind, number=claim.number)


handler = sqs_worker(work, sqs)
