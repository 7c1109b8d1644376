"""Linking the account a member is paid at: the provider is asked who holds it before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping

from prakerja.membership import link_account_part, load_scheme, membership_from_item
from prakerja.payouts.answers import AccountAnswer, AccountKind, AccountQuestion, AccountStatus, NameMatch
from prakerja.payouts.errors import (
    AccountLinkedAlready,
    AccountRefused,
    NameMismatch,
    NotAMemberYet,
    ProviderUnavailable,
    UnknownProvider,
    WalletPhoneDiffers,
)
from prakerja.payouts.messages import AccountLinked
from prakerja.payouts.model import Account
from prakerja.payouts.ports import EXTERNAL_ID_DIGITS, PaymentProvider
from prakerja.payouts.reasons import advice
from prakerja.payouts.store import (
    ACCOUNT_FIELD,
    account_from_item,
    account_key,
    holder_name,
    new_account,
    seal,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP, PERSON_IDENTITY
from prakerja.platform.evidence import evidence
from prakerja.registration import opened


def link_account(
    p: Platform, providers: Mapping[str, PaymentProvider], *, person_id: str, provider: str, number: str
) -> Account:
    """Link a bank account or a wallet. ``number``: digits; a wallet's is the member's own phone number (08… or 62…).

    Repeating it is safe. Raises UnknownProvider, NotAMemberYet, AccountLinkedAlready, WalletPhoneDiffers,
    AccountRefused, NameMismatch, ProviderUnavailable, Unavailable.
    """
    if provider not in providers:
        raise UnknownProvider(providers=", ".join(sorted(providers)))
    bank = providers[provider]
    # load
    member, identity, linked = p.table.batch_get(
        (MEMBERSHIP, {"person_id": person_id}), (PERSON_IDENTITY, {"person_id": person_id}), account_key(person_id)
    )
    if member is None or identity is None:
        raise NotAMemberYet
    membership = membership_from_item(member)
    is_wallet = bank.rules.kind is AccountKind.WALLET
    number = _international(number) if is_wallet else number
    digest = p.guarded().digest("ACCOUNT", f"{provider}:{number}")
    if linked is not None:
        return _same(account_from_item(linked), digest)
    phone = opened(p, person_id, identity, ("phone",)).get("phone", "")
    if is_wallet and number != phone.lstrip("+"):
        raise WalletPhoneDiffers
    amount = load_scheme(p.table, membership.scheme_name, membership.scheme_version).job_incentive.amount
    now = p.clock.wall()
    question = AccountQuestion(
        reference=bank.reference(p.ids.new(), 1, now),
        account_number=number,
        holder_name=holder_name(p, person_id, identity),
        amount=amount,
        at=now,
    )
    answer = bank.inquire_account(question, bank.external_id(now, p.ids.digits(EXTERNAL_ID_DIGITS)))
    # decide
    _require_usable(provider, answer)
    account = Account(
        person_id=person_id,
        provider=provider,
        masked="•" * max(0, len(number) - 4) + number[-4:],
        sealed_number=seal(p, person_id, identity, ACCOUNT_FIELD, number.encode()),
        digest=digest,
        name_match=answer.name_match,
        linked_at=p.clock.programme(),
    )
    # commit, announce: an incentive can only have waited for the account if a course is completed
    outcome = p.table.commit(
        new_account(account),
        link_account_part(membership),
        evidence(person_id, "ACCOUNT_LINKED", now, provider=provider, name_match=str(answer.name_match)),
        outbox=[AccountLinked(person_id=person_id)] if membership.completed_count else [],
    )
    return account_from_item(outcome.found) if outcome.found else account


def load_account(p: Platform, person_id: str) -> Account | None:
    """The linked account, or None."""
    (item,) = p.table.batch_get(account_key(person_id))
    return account_from_item(item) if item else None


def _same(account: Account, digest: str) -> Account:
    if account.digest != digest:
        raise AccountLinkedAlready
    return account


def _require_usable(provider: str, answer: AccountAnswer) -> None:
    if answer.status is AccountStatus.UNAVAILABLE:
        raise ProviderUnavailable(provider=provider, retry_after=30)
    if answer.status is AccountStatus.REFUSED:
        indonesian, english = advice(str(answer.reason))
        raise AccountRefused(
            provider=provider, reason=answer.message or answer.code, advice=english, advice_id=indonesian
        )
    if answer.name_match is NameMatch.MISMATCH:
        raise NameMismatch


def _international(number: str) -> str:
    return "62" + number[1:] if number.startswith("0") else number
