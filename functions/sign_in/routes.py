"""Asking for a code and giving it back. Open to anybody; the code is what proves something."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.sign_in.answers import ChallengeId, code_key, signed_in
from prakerja.platform.http import IdempotencyKey, public, refuses
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.registration.api import (
    ChallengeView,
    ResendCode,
    SecondChannelView,
    StartSignIn,
    TokensView,
    VerifySignIn,
)
from prakerja.registration.errors import (
    PROOF_PROBLEMS,
    ChallengeBusy,
    ChallengeUnknown,
    CodeUsed,
    TooManyCodes,
    TooManyResends,
)
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.service.sign_in import resend_sign_in, start_sign_in, verify_sign_in
from prakerja.wiring import platform

router = Router()


@router.post("/v1/sign-in/challenges", status_code=202, tags=["sign-in"])
@public
@refuses(TooManyCodes, IdempotencyKeyReused)
def start(body: StartSignIn, key: IdempotencyKey) -> ChallengeView:
    """Have a one-time code sent. Whether the address has an account does not show."""
    challenge = start_sign_in(platform(), channel=body.channel, address=body.address, device_id=body.device_id, key=key)
    return ChallengeView.of(challenge)


@router.post("/v1/sign-in/challenges/<challenge_id>/resend", status_code=202, tags=["sign-in"])
@public
@refuses(ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy)
def resend(challenge_id: ChallengeId, body: ResendCode, key: IdempotencyKey) -> ChallengeView:
    """Have the code sent once more; the one before is void."""
    return ChallengeView.of(resend_sign_in(platform(), challenge_id=challenge_id, device_id=body.device_id, key=key))


@router.post("/v1/sign-in/challenges/<challenge_id>/verify", tags=["sign-in"])
@public
@refuses(*PROOF_PROBLEMS, CodeUsed)
def verify(challenge_id: ChallengeId, body: VerifySignIn) -> Response[TokensView | SecondChannelView]:
    """Give the code back. An unknown address gets an account. A verified account on a new device is asked for the
    other channel too: the answer then holds ``next`` instead of tokens."""
    p = platform()
    result = verify_sign_in(p, code_key(), challenge_id=challenge_id, code=body.code, device_id=body.device_id)
    if isinstance(result, Challenge):
        return Response(200, "application/json", SecondChannelView(next=ChallengeView.of(result)))
    return signed_in(p, result)
