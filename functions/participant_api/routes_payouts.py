"""Where a member is paid, and how far each incentive is."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from prakerja.incentives import (
    Incentive,
    IncentiveMoved,
    IncentiveNotFailed,
    incentive_from_item,
    incentive_key,
    incentives_of,
)
from prakerja.incentives.service import retry_incentive, what_is_missing
from prakerja.membership import AccountNotLinked, MembershipEnded
from prakerja.payouts.api import (
    AccountView,
    AttemptView,
    IncentivesView,
    IncentiveView,
    MissingView,
    NewAccount,
    PayoutView,
)
from prakerja.payouts.errors import (
    AccountLimited,
    AccountMoved,
    AccountRefused,
    ConfirmationNeeded,
    DestinationCrowded,
    NameMismatch,
    NotAMemberYet,
    NothingToCancel,
    NotYourAccount,
    ProviderUnavailable,
    TooManyAccountsRefused,
    UnknownProvider,
    WalletPhoneDiffers,
)
from prakerja.payouts.service import cancel_change, link_account, unlink
from prakerja.payouts.store import (
    account_from_item,
    account_key,
    attempts_of,
    load_account,
    load_payout,
    payout_from_item,
    payout_key,
)
from prakerja.platform import Platform
from prakerja.platform.auth import Participant
from prakerja.platform.http import Id, IdempotencyKey, language_of, refuses
from prakerja.platform.problems import IdempotencyKeyReused, NotFound
from prakerja.registration.errors import ConfirmationUnusable
from prakerja.wiring import participant, platform, providers

router = Router()

Person = Annotated[Participant, Depends(participant)]
Kind = Annotated[str, Path(pattern=r"^[A-Z_]{1,30}$")]
Number = Annotated[int, Path(ge=1, le=9)]


@router.put("/v1/account", tags=["incentives"])
@refuses(
    UnknownProvider,
    NotAMemberYet,
    ConfirmationNeeded,
    ConfirmationUnusable,
    WalletPhoneDiffers,
    AccountRefused,
    AccountLimited,
    NameMismatch,
    NotYourAccount,
    DestinationCrowded,
    AccountMoved,
    ProviderUnavailable,
    TooManyAccountsRefused,
)
def link(body: NewAccount, person: Person) -> AccountView:
    """Link your bank account or wallet. The provider is asked who holds it. Repeating it is safe.

    Another account in place of the linked one needs a confirmation by your other contact; then nothing is paid for
    72 hours, in which you can cancel the change.
    """
    p = platform()
    account = link_account(
        p,
        providers(),
        person_id=person.person_id,
        provider=body.provider,
        number=body.number,
        session_id=person.session_id,
        confirmation_id=body.confirmation_id,
    )
    return AccountView.of(account, p.clock.wall())


@router.get("/v1/account", tags=["incentives"])
@refuses(NotFound)
def read_account(person: Person) -> AccountView:
    """The account you are paid at."""
    p = platform()
    account = load_account(p.table, person.person_id)
    if account is None:
        raise NotFound
    return AccountView.of(account, p.clock.wall())


@router.delete("/v1/account", status_code=204, tags=["incentives"])
@refuses(AccountMoved)
def give_up_account(person: Person) -> Response[None]:
    """Unlink your account ("putuskan rekening"). Nothing is paid until you link another one, which is a change."""
    unlink(platform(), person_id=person.person_id)
    return Response(204)


@router.post("/v1/account/cancellation", tags=["incentives"])
@refuses(NothingToCancel, AccountMoved, IdempotencyKeyReused)
def cancel(person: Person, key: IdempotencyKey) -> AccountView:
    """ "This wasn't me": bring back the account that you were paid at before the change."""
    p = platform()
    return AccountView.of(cancel_change(p, person_id=person.person_id, key=key), p.clock.wall())


@router.get("/v1/incentives", tags=["incentives"])
def read_incentives(request: Request, person: Person) -> IncentivesView:
    """What you have earned, how far its payment is, what happens next and by when; or what you still have to do."""
    p, language = platform(), language_of(request)
    incentives = incentives_of(p.table, person.person_id)
    if incentives:
        return IncentivesView(incentives=_views(p, person.person_id, incentives, language), missing=[])
    missing = what_is_missing(p, person_id=person.person_id)
    return IncentivesView(incentives=[], missing=[MissingView.of(wanted, language) for wanted in missing])


@router.post("/v1/incentives/<kind>/<number>/retry", tags=["incentives"])
@refuses(NotFound, IncentiveNotFailed, AccountNotLinked, MembershipEnded, IncentiveMoved, IdempotencyKeyReused)
def retry(kind: Kind, number: Number, request: Request, person: Person, key: IdempotencyKey) -> IncentiveView:
    """Have an incentive that could not be paid tried again at the account that is linked: you have mended it there."""
    p = platform()
    incentive = retry_incentive(p, person_id=person.person_id, kind=kind, number=number, key=key)
    (view,) = _views(p, person.person_id, [incentive], language_of(request))
    return view


def _views(p: Platform, person_id: str, incentives: list[Incentive], language: str) -> list[IncentiveView]:
    keys = [payout_key(incentive.payout_id) for incentive in incentives if incentive.payout_id]
    linked, *found = p.table.batch_get(account_key(person_id), *keys)
    payouts = {payout.payout_id: payout for payout in (payout_from_item(item) for item in found if item)}
    account, now = account_from_item(linked) if linked else None, p.clock.wall()
    return [
        IncentiveView.of(incentive, payouts.get(incentive.payout_id or ""), account, now, language)
        for incentive in incentives
    ]


@router.get("/v1/payouts/<payout_id>", tags=["incentives"])
@refuses(NotFound)
def read_payout(payout_id: Id, request: Request, person: Person) -> PayoutView:
    """One payment: its timeline, and the references by which the provider's help desk finds it."""
    p = platform()
    payout = load_payout(p.table, payout_id)
    if payout.person_id != person.person_id:
        raise NotFound
    earned = incentive_key(payout.person_id, payout.incentive_kind, payout.incentive_number)
    incentive, linked = p.table.batch_get(earned, account_key(payout.person_id))
    if incentive is None:
        raise NotFound
    account = account_from_item(linked) if linked else None
    view = IncentiveView.of(incentive_from_item(incentive), payout, account, p.clock.wall(), language_of(request))
    return PayoutView(incentive=view, attempts=[AttemptView.of(attempt) for attempt in attempts_of(p.table, payout_id)])
