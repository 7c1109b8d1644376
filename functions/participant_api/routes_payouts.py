"""Where a member is paid, and how far each incentive is."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from prakerja.incentives import incentives_of
from prakerja.payouts.api import AccountView, IncentiveView, NewAccount
from prakerja.payouts.errors import (
    AccountLinkedAlready,
    AccountRefused,
    NameMismatch,
    NotAMemberYet,
    ProviderUnavailable,
    UnknownProvider,
    WalletPhoneDiffers,
)
from prakerja.payouts.service import link_account, load_account
from prakerja.payouts.store import payout_from_item, payout_key
from prakerja.platform.auth import Participant
from prakerja.platform.http import language_of, refuses
from prakerja.platform.problems import NotFound
from prakerja.wiring import participant, platform, providers

router = Router()

Person = Annotated[Participant, Depends(participant)]


@router.put("/v1/account", tags=["incentives"])
@refuses(
    UnknownProvider,
    NotAMemberYet,
    AccountLinkedAlready,
    WalletPhoneDiffers,
    AccountRefused,
    NameMismatch,
    ProviderUnavailable,
)
def link(body: NewAccount, person: Person) -> AccountView:
    """Link your bank account or wallet. The provider is asked who holds it. Repeating it is safe."""
    return AccountView.of(
        link_account(platform(), providers(), person_id=person.person_id, provider=body.provider, number=body.number)
    )


@router.get("/v1/account", tags=["incentives"])
@refuses(NotFound)
def read_account(person: Person) -> AccountView:
    """The account you are paid at."""
    account = load_account(platform(), person.person_id)
    if account is None:
        raise NotFound
    return AccountView.of(account)


@router.get("/v1/incentives", tags=["incentives"])
def read_incentives(request: Request, person: Person) -> list[IncentiveView]:
    """What you have earned and how far its payment is."""
    table = platform().table
    incentives = incentives_of(table, person.person_id)
    keys = [payout_key(incentive.payout_id) for incentive in incentives if incentive.payout_id]
    found = [payout_from_item(item) for item in (table.batch_get(*keys) if keys else []) if item]
    payouts = {payout.payout_id: payout for payout in found}
    return [
        IncentiveView.of(incentive, payouts.get(incentive.payout_id or ""), language_of(request))
        for incentive in incentives
    ]
