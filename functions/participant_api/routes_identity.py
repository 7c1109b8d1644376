"""Who am I, as the programme sees it: identity data and the civil registry's verdict."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.identity import load_check, submit_identity
from prakerja.identity.api import IdentityClaim, IdentityView, RegionList
from prakerja.identity.errors import AlreadyVerified, CheckUnderWay, TooManyChecks
from prakerja.identity.regions import regions
from prakerja.platform.auth import Participant
from prakerja.platform.http import IdempotencyKey, language_of, public, refuses
from prakerja.platform.problems import IdempotencyKeyReused, NotFound
from prakerja.registration import ContactsMissing
from prakerja.registration.api import Profile, ProfileView
from prakerja.registration.service.profile import read_education, tell_education
from prakerja.wiring import participant, platform

router = Router()

Person = Annotated[Participant, Depends(participant)]


@router.post("/v1/identity", status_code=202, tags=["identity"])
@refuses(AlreadyVerified, CheckUnderWay, ContactsMissing, TooManyChecks, IdempotencyKeyReused)
def send_identity(request: Request, claim: IdentityClaim, person: Person, key: IdempotencyKey) -> IdentityView:
    """Say who you are, once phone and e-mail are proven. The civil registry is asked in the background; read the result with GET."""
    check = submit_identity(platform(), person_id=person.person_id, record=claim.record(), region=claim.region, key=key)
    return IdentityView.of(check, language_of(request))


@router.get("/v1/identity", tags=["identity"])
@refuses(NotFound)
def read_identity(request: Request, person: Person) -> IdentityView:
    """Where your identity check stands, and what to do next."""
    return IdentityView.of(load_check(platform(), person.person_id), language_of(request))


@router.get("/v1/profile", tags=["identity"])
def read_profile(person: Person) -> ProfileView:
    """What you have said about yourself that no registry confirms."""
    return ProfileView(last_education=read_education(platform(), person_id=person.person_id))


@router.put("/v1/profile", tags=["identity"])
@refuses(NotFound)
def tell_profile(body: Profile, person: Person) -> ProfileView:
    """Say or correct your last education. Some courses can only be bought when it is known and high enough."""
    told = tell_education(platform(), person_id=person.person_id, education=body.last_education)
    return ProfileView(last_education=told)


@router.get("/v1/regions", tags=["identity"])
@public
def read_regions() -> RegionList:
    """Codes of provinces and of regencies and cities (Kemendagri)."""
    return RegionList(**regions())
