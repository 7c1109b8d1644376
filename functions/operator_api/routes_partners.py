"""Partners: register them, change what was agreed, rotate their keys, keep them out and let them in again."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from prakerja.membership import packaged_schemes
from prakerja.partners import (
    KeyRing,
    Partner,
    PartnerExists,
    PartnerUnknown,
    WrongPartnerKind,
    add_sign_key,
    register_partner,
)
from prakerja.partners.api import (
    NewKeyView,
    NewPartner,
    NewSuspension,
    NewTerms,
    PartnerList,
    PartnerView,
    RegisteredView,
)
from prakerja.partners.errors import CommissionTooHigh, ContractEndsFirst, LastKey, NotSuspended, TwoKeysActive
from prakerja.partners.service.registering import change_terms
from prakerja.partners.service.rotating import retire_sign_key
from prakerja.partners.service.suspending import propose_resumption, suspend_partner
from prakerja.partners.store import known_partner, list_partners
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.clock import wib_date
from prakerja.platform.etags import IfMatch, etag, seen_version
from prakerja.platform.http import IdempotencyKey, refuses
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.problems import IdempotencyKeyReused, PreconditionFailed, PreconditionRequired
from prakerja.platform.settings import settings
from prakerja.training.api import TrialCodeView
from prakerja.training.service.testing import issue_test_codes
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform, secret

router = Router()

Who = Annotated[Operator, Depends(operator)]
Code = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="client code", example="lp_cipta_karya")
]
KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9:.-]{1,64}$", description="as the partner's page names it")]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
PAGE = 50


def key_ring() -> KeyRing:
    """What sign keys are sealed with."""
    return KeyRing.of(secret(settings().partner_secret))


def commission_cap() -> int:
    """Basis points: the lowest cap of the schemes in force today (programme time)."""
    today = wib_date(platform().clock.programme())
    caps = [scheme.commission_cap_basis_points for scheme in packaged_schemes() if scheme.is_in_force(today)]
    return min(caps, default=0)


@router.post("/operator/v1/partners", status_code=201, tags=["partners"])
@refuses(PartnerExists, ContractEndsFirst, CommissionTooHigh, IdempotencyKeyReused)
def register(body: NewPartner, who: Who, key: IdempotencyKey) -> Response[RegisteredView]:
    """Take a partner into the register. The answer shows its first sign key, once."""
    who.require(Role.PARTNER_MANAGER)
    p = platform()
    sign_key = register_partner(
        p,
        key_ring(),
        client_code=body.client_code,
        kind=body.kind,
        **vars(body.terms()),
        commission_cap=commission_cap(),
        operator=who.sub,
        key=key,
    )
    partner = known_partner(p.table, body.client_code)
    view = RegisteredView(**PartnerView.of(partner).model_dump(), sign_key=sign_key or None)
    return Response(201, "application/json", view, headers={"ETag": etag(partner.version)})


@router.get("/operator/v1/partners", tags=["partners"])
@refuses(BadCursor)
def read_partners(who: Who, cursor: Cursor = None) -> PartnerList:
    """All partners, by client code."""
    who.require(Role.PARTNER_MANAGER, Role.AUDITOR)
    key, scope = secret(settings().cursor_secret), "partners"
    found, further = list_partners(platform().table, after=open_cursor(key, scope, cursor), limit=PAGE)
    return PartnerList(partners=[PartnerView.of(one) for one in found], next=seal_cursor(key, scope, further))


@router.get("/operator/v1/partners/<client_code>", tags=["partners"])
@refuses(PartnerUnknown)
def read_partner(client_code: Code, who: Who) -> Response[PartnerView]:
    """A partner with its keys' ids and when they were last used. Its ETag is what you need to change it."""
    who.require(Role.PARTNER_MANAGER, Role.AUDITOR)
    return _answer(known_partner(platform().table, client_code))


@router.put("/operator/v1/partners/<client_code>/terms", tags=["partners"])
@refuses(PartnerUnknown, ContractEndsFirst, CommissionTooHigh, PreconditionFailed, PreconditionRequired)
def change(client_code: Code, body: NewTerms, who: Who, if_match: IfMatch = None) -> Response[PartnerView]:
    """Change contract, redirect addresses and rates, or switch the HMAC-SHA1 signature off. What is sold keeps its rate."""
    who.require(Role.PARTNER_MANAGER)
    version = seen_version(if_match)
    partner = change_terms(
        platform(),
        operator=who.sub,
        client_code=client_code,
        terms=body.terms(),
        version=version,
        commission_cap=commission_cap(),
    )
    return _answer(partner)


@router.put("/operator/v1/partners/<client_code>/suspension", tags=["partners"])
@refuses(PartnerUnknown, PreconditionFailed)
def suspend(client_code: Code, body: NewSuspension, who: Who) -> Response[PartnerView]:
    """Believe nothing that this partner signs, from its next request on. Any one operator may; repeating it is safe."""
    who.require(*Role)
    return _answer(suspend_partner(platform(), operator=who.sub, client_code=client_code, because=body.because))


@router.put("/operator/v1/partners/<client_code>/resumption", status_code=202, tags=["partners"])
@refuses(PartnerUnknown, NotSuspended, AlreadyDecided)
def resume(client_code: Code, who: Who) -> ApprovalView:
    """Propose to end a suspension; it ends when another operator agrees."""
    who.require(Role.PARTNER_MANAGER)
    return ApprovalView.of(propose_resumption(platform(), operator=who.sub, client_code=client_code))


@router.post("/operator/v1/partners/<client_code>/keys", status_code=201, tags=["partners"])
@refuses(PartnerUnknown, TwoKeysActive, PreconditionFailed, IdempotencyKeyReused)
def add_key(client_code: Code, who: Who, key: IdempotencyKey) -> NewKeyView:
    """Begin a rotation: a second key counts beside the first one. The answer shows it, once."""
    who.require(Role.PARTNER_MANAGER)
    key_id, sign_key = add_sign_key(platform(), key_ring(), client_code=client_code, operator=who.sub, key=key)
    return NewKeyView(key_id=key_id, sign_key=sign_key or None)


@router.put("/operator/v1/partners/<client_code>/keys/<key_id>/retirement", tags=["partners"])
@refuses(PartnerUnknown, LastKey, PreconditionFailed)
def retire_key(client_code: Code, key_id: KeyId, who: Who) -> Response[PartnerView]:
    """End a rotation: nothing signed with this key is believed any more. Repeating it is safe."""
    who.require(Role.PARTNER_MANAGER)
    return _answer(retire_sign_key(platform(), operator=who.sub, client_code=client_code, key_id=key_id))


@router.put("/operator/v1/partners/<client_code>/test-codes", tags=["partners"])
@refuses(PartnerUnknown, WrongPartnerKind)
def give_test_codes(client_code: Code, who: Who) -> list[TrialCodeView]:
    """The codes with which an institution tries its software, one of each case; the same ones whenever it is asked."""
    who.require(Role.PARTNER_MANAGER)
    p = platform()
    codes = issue_test_codes(p, institution=known_partner(p.table, client_code), operator=who.sub)
    return [TrialCodeView.of(code) for code in codes]


def _answer(partner: Partner) -> Response[PartnerView]:
    return Response(200, "application/json", PartnerView.of(partner), headers={"ETag": etag(partner.version)})
