"""Adding the second contact: phone or e-mail, whichever is not proven yet."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from functions.sign_in.answers import ChallengeId, code_key
from prakerja.platform.auth import Participant
from prakerja.platform.http import IdempotencyKey, refuses
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.registration.api import ChallengeView, ContactAddress, ContactsView, VerifyContact
from prakerja.registration.errors import (
    PROOF_PROBLEMS,
    ChallengeBusy,
    ChallengeUnknown,
    ContactAlreadyProven,
    ContactTaken,
    TooManyCodes,
    TooManyResends,
)
from prakerja.registration.service.contacts import resend_contact, start_contact, verify_contact
from prakerja.wiring import participant, platform

router = Router()

Person = Annotated[Participant, Depends(participant)]


@router.post("/v1/contacts", status_code=202, tags=["contacts"])
@refuses(ContactAlreadyProven, TooManyCodes, IdempotencyKeyReused)
def start(body: ContactAddress, who: Person, key: IdempotencyKey) -> ChallengeView:
    """Have a one-time code sent to a phone or e-mail address that is to become yours."""
    challenge = start_contact(
        platform(),
        person_id=who.person_id,
        session_id=who.session_id,
        channel=body.channel,
        address=body.address,
        key=key,
    )
    return ChallengeView.of(challenge)


@router.post("/v1/contacts/challenges/<challenge_id>/resend", status_code=202, tags=["contacts"])
@refuses(ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy)
def resend(challenge_id: ChallengeId, who: Person, key: IdempotencyKey) -> ChallengeView:
    """Have the code sent once more; the one before is void."""
    return ChallengeView.of(resend_contact(platform(), session_id=who.session_id, challenge_id=challenge_id, key=key))


@router.post("/v1/contacts/challenges/<challenge_id>/verify", tags=["contacts"])
@refuses(*PROOF_PROBLEMS, ContactTaken, ContactAlreadyProven)
def verify(challenge_id: ChallengeId, body: VerifyContact, who: Person) -> ContactsView:
    """Give the code back: from now on the address is yours and signs in, too."""
    person = verify_contact(
        platform(),
        code_key(),
        person_id=who.person_id,
        session_id=who.session_id,
        challenge_id=challenge_id,
        code=body.code,
    )
    return ContactsView.of(person)
