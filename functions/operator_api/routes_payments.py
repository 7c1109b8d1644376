"""Single payouts that need a person, and the channels to providers."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from prakerja.payouts.errors import ChannelNotStopped, UnknownProvider, VerdictNotPossible, VerdictTooEarly
from prakerja.payouts.model import PayoutState
from prakerja.payouts.office import ChannelView, NewStop, NewVerdict, PayoutDetail, PayoutList, PayoutRow
from prakerja.payouts.service import list_channels, propose_start, propose_verdict, stop_channel
from prakerja.payouts.store import attempts_of, list_payouts, load_account, load_payout
from prakerja.platform.approvals import AlreadyDecided
from prakerja.platform.auth import Operator, Role
from prakerja.platform.evidence import evidence_of
from prakerja.platform.http import Id, refuses
from prakerja.platform.pagination import BadCursor, open_cursor, seal_cursor
from prakerja.platform.problems import NotFound
from prakerja.platform.settings import settings
from prakerja.waves.api import ApprovalView
from prakerja.wiring import operator, platform, secret

router = Router()

Who = Annotated[Operator, Depends(operator)]
Cursor = Annotated[str | None, Query(description="'next' of the page before", max_length=300)]
NeedsPerson = Annotated[
    Literal["HELD", "PARKED", "UNKNOWN", "FAILED", "RETURNED"],
    Query(description="which list; UNKNOWN: those that are overdue"),
]
Provider = Annotated[str, Path(pattern=r"^[A-Z]{2,20}$", description="a provider, or ALL")]
PAGE = 50


@router.get("/operator/v1/payouts", tags=["payouts"])
@refuses(BadCursor)
def read_payouts(who: Who, state: NeedsPerson = "HELD", cursor: Cursor = None) -> PayoutList:
    """Payouts in a state in which no machine helps them any further."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    key, scope = secret(settings().cursor_secret), f"payouts:{state}"
    after = open_cursor(key, scope, cursor)
    payouts, further = list_payouts(platform().table, PayoutState(state), after=after, limit=PAGE)
    return PayoutList(payouts=[PayoutRow.of(payout) for payout in payouts], next=seal_cursor(key, scope, further))


@router.get("/operator/v1/payouts/<payout_id>", tags=["payouts"])
@refuses(NotFound)
def read_payout(payout_id: Id, who: Who) -> PayoutDetail:
    """A payout with all its attempts and the latest evidence about it."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    p = platform()
    payout = load_payout(p.table, payout_id)
    return PayoutDetail.made_of(
        payout,
        load_account(p.table, payout.person_id),
        attempts_of(p.table, payout_id),
        evidence_of(p.table, payout_id),
        p.clock.wall(),
    )


@router.put("/operator/v1/payouts/<payout_id>/verdict", status_code=202, tags=["payouts"])
@refuses(NotFound, VerdictNotPossible, VerdictTooEarly, AlreadyDecided)
def say_how_it_ended(payout_id: Id, body: NewVerdict, who: Who) -> ApprovalView:
    """Propose how the present attempt ended, with what shows it; another operator must agree.

    ABSENT (never carried out): for an UNKNOWN, HELD or PARKED payout, from 08:00 WIB on the day after it was sent.
    PAID, RETURNED: for a HELD one; RETURNED also for a PAID one whose provider said so (`doubted_since`), and whose status
    inquiry does not show it.
    """
    who.require(Role.PAYOUT_OFFICER)
    return ApprovalView.of(
        propose_verdict(
            platform(),
            operator=who.sub,
            payout_id=payout_id,
            verdict=body.verdict,
            evidence_reference=body.evidence_reference,
        )
    )


@router.get("/operator/v1/channels", tags=["channels"])
def read_channels(who: Who) -> list[ChannelView]:
    """Every provider's channel, and that of all."""
    who.require(Role.PAYOUT_OFFICER, Role.AUDITOR)
    p = platform()
    return [ChannelView.of(channel, p.clock.wall()) for channel in list_channels(p)]


@router.put("/operator/v1/channels/<provider>/stop", tags=["channels"])
@refuses(UnknownProvider)
def stop(provider: Provider, body: NewStop, who: Who) -> ChannelView:
    """Send nothing to a provider (``ALL``: to nobody) from now on. Any one operator may; repeating it is safe."""
    who.require(*Role)
    p = platform()
    channel = stop_channel(p, operator=who.sub, provider=provider, because=body.because)
    return ChannelView.of(channel, p.clock.wall())


@router.put("/operator/v1/channels/<provider>/start", status_code=202, tags=["channels"])
@refuses(UnknownProvider, ChannelNotStopped, AlreadyDecided)
def start(provider: Provider, who: Who) -> ApprovalView:
    """Propose to start a stopped channel again; another operator must agree."""
    who.require(Role.PAYOUT_OFFICER)
    return ApprovalView.of(propose_start(platform(), operator=who.sub, provider=provider))
