"""Linking the account a member is paid at, and changing it: the provider is asked who holds it before anything is stored.

Whoever has, or had, an account proves with a code on their other channel that it is they who change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prakerja.incentives import Incentive, IncentiveState, incentives_of, reschedule
from prakerja.membership import link_account_part, load_scheme, membership_from_item
from prakerja.payouts.answers import AccountKind, AccountQuestion
from prakerja.payouts.destination import Account, abandoned, judge, linked, require_may_ask, shared_with, subject_of
from prakerja.payouts.errors import (
    AccountMoved,
    ConfirmationNeeded,
    NotAMemberYet,
    NotYourAccount,
    ProviderUnavailable,
    UnknownProvider,
    WalletPhoneDiffers,
)
from prakerja.payouts.messages import AccountLinked
from prakerja.payouts.model import Waits
from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider
from prakerja.payouts.service.refusing import count_refusal, tell_of_a_strangers_account
from prakerja.payouts.store import (
    ACCOUNT_FIELD,
    Holders,
    Key,
    account_from_item,
    account_key,
    change_account,
    destination_keys,
    hold,
    holder_name,
    holders_from_items,
    let_go,
    load_account,
    load_holders,
    new_account,
    seal,
    unlinked_key,
)
from prakerja.payouts.store.refusals import (
    refused_from_item,
    refused_key,
    told_unproven,
    unproven_key,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP, PERSON_IDENTITY
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.platform.ids import derived
from prakerja.platform.observability import count
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Item, Part
from prakerja.platform.problems import Problem
from prakerja.platform.working_days import next_working_day
from prakerja.registration import NoticeKind, challenge_key, confirmation_used, notice, opened

CHECKED = ("phone", "nik")
"""What of a member is compared with an account, besides the name."""


@dataclass(frozen=True)
class _Case:
    """What linking needs to know of a member, as it was read."""

    member: Item
    identity: Item
    account: Account | None
    had_another: bool
    holders: Holders
    confirmation: Item | None
    refused: int
    """Accounts of theirs today."""
    told_unproven: bool
    """Whether people know that this provider proves nothing about holders."""


def link_account(
    p: Platform,
    providers: Mapping[str, PaymentProvider],
    *,
    person_id: str,
    provider: str,
    number: str,
    session_id: str = "",
    confirmation_id: str | None = None,
) -> Account:
    """Link a bank account or a wallet. ``number``: digits; a wallet's is the member's own phone number (08… or 62…).

    In place of another one it needs a ``confirmation_id`` (see registration) and is paid from 72 hours later on.
    Repeating it is safe. Raises UnknownProvider, NotAMemberYet, ConfirmationNeeded, ConfirmationUnusable,
    WalletPhoneDiffers, AccountRefused, AccountLimited, NameMismatch, NotYourAccount, DestinationCrowded,
    ProviderUnavailable, TooManyAccountsRefused, AccountMoved.
    """
    if provider not in providers:
        raise UnknownProvider(providers=", ".join(sorted(providers)))
    bank = providers[provider]
    is_wallet = bank.rules.kind is AccountKind.WALLET
    number = _international(number) if is_wallet else number
    digests = p.guarded().digests("ACCOUNT", f"{provider}:{number}")
    # load
    case = _load(p, person_id, provider, digests, confirmation_id)
    if case.account is not None and case.account.digest in digests:
        return case.account
    require_may_ask(case.refused, p.clock.wall())
    used = _confirmed(p, case, person_id, session_id, confirmation_id, digests[-1])
    phone, nik = map(opened(p, person_id, case.identity, CHECKED).get, CHECKED)
    if is_wallet and number != (phone or "").lstrip("+"):
        raise WalletPhoneDiffers
    membership = membership_from_item(case.member)
    amount = load_scheme(p.table, membership.scheme_name, membership.scheme_version).job_incentive.amount
    earned = incentives_of(p.table, person_id) if membership.completed_count else []
    failed = [one for one in earned if one.state is IncentiveState.PAYOUT_FAILED]
    now = p.clock.wall()
    gone = abandoned(case.account, now, keep=digests)
    abandoned_at = load_holders(p.table, gone)
    question = AccountQuestion(
        reference=bank.reference(p.ids.new(), 1, now),
        account_number=number,
        holder_name=holder_name(p, person_id, case.identity),
        amount=amount,
        at=now,
        nik=nik,
    )
    answer = bank.inquire_account(question, bank.external_id(now, p.ids.digits(EXTERNAL_ID_DIGITS)))
    # decide
    try:
        proof, doubts = judge(provider, answer, amount)
        others = shared_with(person_id, [holder for held in case.holders.values() for holder in held])
    except ProviderUnavailable:
        raise
    except Problem as refusal:
        count_refusal(p, person_id, case.refused)
        if isinstance(refusal, NotYourAccount):
            tell_of_a_strangers_account(p, person_id, provider, digests[-1], answer)
        raise
    unproven = FindingKind.DESTINATION_UNPROVEN in doubts and not case.told_unproven
    destination = Account(
        person_id=person_id,
        provider=provider,
        masked="•" * max(0, len(number) - 4) + number[-4:],
        sealed_number=seal(p, person_id, case.identity, ACCOUNT_FIELD, number.encode()),
        digest=digests[-1],
        digests=digests,
        name_match=answer.name_match,
        linked_at=p.clock.programme(),
        proof=proof,
        waits_for=Waits.SHARED if others else None,
    )
    account = linked(destination, case.account, confirmation_id=confirmation_id if used else None, now=now)
    # commit, announce
    parts = (
        change_account(case.account, account) if case.account else new_account(account),
        link_account_part(membership, destination.linked_at),
        *used,
        *hold(case.holders, person_id),
        *let_go(abandoned_at, person_id),
        *_scheduled_again(p, failed),
        *((told_unproven(provider, now),) if unproven else ()),
        evidence(
            person_id,
            "ACCOUNT_CHANGED" if used else "ACCOUNT_LINKED",
            now,
            provider=provider,
            name_match=str(answer.name_match),
            proof=str(proof),
            shared=bool(others),
        ),
    )
    announced = [
        *([AccountLinked(person_id=person_id)] if membership.completed_count else []),
        *(_finding(kind, account) for kind in doubts if kind is not FindingKind.DESTINATION_UNPROVEN),
        *([finding(FindingKind.DESTINATION_UNPROVEN, provider, None, provider=provider)] if unproven else []),
        *([_finding(FindingKind.DESTINATION_SHARED, account, *others)] if others else []),
        *(_told_of_a_change(account) if used else ()),
    ]
    try:
        outcome = p.table.commit(*parts, outbox=announced)
    except AccountMoved:
        stored = load_account(p.table, person_id)
        if stored is None or stored.digest not in digests:
            raise
        return stored  # by this very request, sent twice
    if outcome.repeated:
        return load_account(p.table, person_id) or account
    count("AccountLinked", provider=provider, proof=str(proof))
    return account


def _load(p: Platform, person_id: str, provider: str, digests: tuple[str, ...], confirmation_id: str | None) -> _Case:
    who: dict[str, str | int] = {"person_id": person_id}
    wanted: list[Key] = [
        (MEMBERSHIP, who),
        (PERSON_IDENTITY, who),
        account_key(person_id),
        unlinked_key(person_id),
        refused_key(person_id, wib_date(p.clock.wall())),
        unproven_key(provider),
        *destination_keys(digests),
        *([challenge_key(confirmation_id)] if confirmation_id else []),
    ]
    member, identity, account, unlinked, refused, told, *others = p.table.batch_get(*wanted)
    if member is None or identity is None:
        raise NotAMemberYet
    return _Case(
        member=member,
        identity=identity,
        account=account_from_item(account) if account else None,
        had_another=unlinked is not None,
        holders=holders_from_items(digests, others[: len(digests)]),
        confirmation=others[-1] if confirmation_id else None,
        refused=refused_from_item(refused),
        told_unproven=told is not None,
    )


def _confirmed(
    p: Platform, case: _Case, person_id: str, session_id: str, confirmation_id: str | None, digest: str
) -> tuple[Part, ...]:
    """The part that uses up the code of the other channel; none is asked for the first account of a member."""
    if case.account is None and not case.had_another:
        return ()
    if confirmation_id is None:
        raise ConfirmationNeeded
    return (
        confirmation_used(
            p,
            confirmation_id,
            case.confirmation,
            person_id=person_id,
            session_id=session_id,
            led_to=derived("account", person_id, digest),
        ),
    )


def _scheduled_again(p: Platform, failed: list[Incentive]) -> list[Part]:
    again = next_working_day(wib_date(p.clock.programme()))
    return [reschedule(incentive, again) for incentive in failed]


def _finding(kind: FindingKind, account: Account, *others: str) -> CaseNeeded:
    return finding(
        kind,
        subject_of(account.person_id, account.digest),
        account.person_id,
        destination=derived("destination", account.digest),
        provider=account.provider,
        name=str(account.name_match),
        linked_at=to_text(account.linked_at),
        **{f"member_{number}": other for number, other in enumerate(others, 1)},
    )


def _told_of_a_change(account: Account) -> tuple[Message, ...]:
    """By both channels: whoever holds one of them must not be able to keep it from the owner of the other."""
    kinds = (NoticeKind.ACCOUNT_CHANGED, NoticeKind.ACCOUNT_CHANGED_BY_SMS)
    return tuple(notice(account.person_id, kind, f"{account.confirmation_id}") for kind in kinds)


def _international(number: str) -> str:
    return "62" + number[1:] if number.startswith("0") else number
