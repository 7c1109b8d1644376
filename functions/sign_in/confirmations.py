"""A code on the contact that the session was not opened with, for what needs both: where money goes."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from functions.sign_in.answers import ChallengeId, code_key
from prakerja.platform.auth import Participant
from prakerja.platform.http import IdempotencyKey, refuses
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.registration.api import ChallengeView, ConfirmationView, VerifyConfirmation
from prakerja.registration.errors import (
    PROOF_PROBLEMS,
    ChallengeBusy,
    ChallengeUnknown,
    ConfirmationLocked,
    OtherChannelMissing,
    SessionOver,
    TooManyCodes,
    TooManyResends,
)
from prakerja.registration.service.confirming import resend_confirmation, start_confirmation, verify_confirmation
from prakerja.wiring import participant, platform

router = Router()

Person = Annotated[Participant, Depends(participant)]


@router.post("/v1/contacts/confirmations", status_code=202, tags=["contacts"])
@refuses(SessionOver, OtherChannelMissing, TooManyCodes, ConfirmationLocked, IdempotencyKeyReused)
def start(who: Person, key: IdempotencyKey) -> ChallengeView:
    """Have a one-time code sent to your other contact. Changing where you are paid needs it."""
    challenge = start_confirmation(platform(), person_id=who.person_id, session_id=who.session_id, key=key)
    return ChallengeView.of(challenge)


@router.post("/v1/contacts/confirmations/<challenge_id>/resend", status_code=202, tags=["contacts"])
@refuses(ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy, ConfirmationLocked)
def resend(challenge_id: ChallengeId, who: Person, key: IdempotencyKey) -> ChallengeView:
    """Have the code sent once more; the one before is void."""
    challenge = resend_confirmation(platform(), session_id=who.session_id, challenge_id=challenge_id, key=key)
    return ChallengeView.of(challenge)


@router.post("/v1/contacts/confirmations/<challenge_id>/verify", tags=["contacts"])
@refuses(*PROOF_PROBLEMS, ConfirmationLocked)
def verify(challenge_id: ChallengeId, body: VerifyConfirmation, who: Person) -> ConfirmationView:
    """Give the code back. The answer confirms one thing: name it there as ``confirmation_id``."""
    challenge = verify_confirmation(
        platform(),
        code_key(),
        person_id=who.person_id,
        session_id=who.session_id,
        challenge_id=challenge_id,
        code=body.code,
    )
    return ConfirmationView.of(challenge)
