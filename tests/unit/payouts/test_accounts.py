"""Where a member is paid: one account, their own; a change needs the other channel, 72 hours and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState, incentives_of
from prakerja.incentives.store import earned
from prakerja.payouts import accept_sharing
from prakerja.payouts.answers import AccountLimits, AccountStatus, HolderCheck, NameMatch, Reason
from prakerja.payouts.destination import Account, Proof, Waits, payable
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
    UnknownProvider,
    WalletPhoneDiffers,
)
from prakerja.payouts.model import Payout, PayoutState
from prakerja.payouts.service import account_ready, cancel_change, due_accounts, unlink
from prakerja.payouts.store import load_account, new_payout
from prakerja.platform.access_patterns import DESTINATION, DUE_SHARDS, MEMBERSHIP
from prakerja.platform.clock import wib_date
from prakerja.platform.problems import Problem
from prakerja.registration.errors import ConfirmationUnusable
from tests.support.accounts import Desks, plant_confirmation
from tests.support.people import Someone, plant_member, plant_person, someone
from tests.support.world import World

FIRST, SECOND, THIRD = "1111111111", "2222222222", "3333333333"
COOLING = timedelta(hours=72)


@pytest.fixture
def ani(world: World) -> Someone:
    return plant_member(world, someone(1))


@pytest.fixture
def desks(world: World, ani: Someone) -> Desks:
    made = Desks(world, ani)
    world.take()
    return made


def account_of(world: World, who: Someone) -> Account | None:
    return load_account(world.table, who.person_id)


def holders(world: World, number: str, provider: str = "BNI") -> list[str]:
    item = world.table.get(DESTINATION, digest=world.guards.digest("ACCOUNT", f"{provider}:{number}"))
    return list(item["holders"]) if item else []


def linked(world: World, who: Someone) -> bool:
    item = world.table.get(MEMBERSHIP, person_id=who.person_id)
    return bool(item and item.get("account_linked"))


def findings(world: World) -> list[str]:
    return sorted(sent.body["kind"] for sent in world.take("cases.needed.v1"))


def told(world: World) -> list[str]:
    return sorted(sent.body["kind"] for sent in world.take("registration.notice_requested.v1"))


def everything(world: World) -> list[Any]:
    return [world.items(table) for table in ("people", "programme", "evidence")]


# the first account ----------------------------------------------------------------------------------------------------
def test_the_first_account_is_payable_at_once(world: World, desks: Desks, ani: Someone) -> None:
    account = desks.link(FIRST)
    assert (account.provider, account.masked, account.proof) == ("BNI", "••••••1111", Proof.PROVEN)
    assert payable(account, world.clock.wall()) is None
    assert account_of(world, ani) == account
    assert (linked(world, ani), holders(world, FIRST)) == (True, [ani.person_id])
    assert [sent.topic for sent in world.take()] == ["payouts.account_linked.v1"]
    (question,) = desks["BNI"].questions
    assert (question.nik, question.amount, question.account_number) == (ani.nik, 600_000, FIRST)


def test_linking_the_same_again_asks_and_writes_nothing(world: World, desks: Desks) -> None:
    account = desks.link(FIRST)
    before = everything(world)
    assert desks.link(FIRST) == account
    assert everything(world) == before
    assert len(desks["BNI"].questions) == 1


def test_a_wallet_has_the_members_own_phone(world: World, desks: Desks, ani: Someone) -> None:
    with pytest.raises(WalletPhoneDiffers):
        desks.link("081299999999", "LINKAJA")
    account = desks.link("0" + ani.phone.removeprefix("+62"), "LINKAJA")
    assert account.digest == world.guards.digest("ACCOUNT", f"LINKAJA:{ani.phone.lstrip('+')}")


REFUSALS: dict[str, tuple[type[Problem], dict[str, Any]]] = {
    "down": (ProviderUnavailable, {"status": AccountStatus.UNAVAILABLE}),
    "refused": (AccountRefused, {"status": AccountStatus.REFUSED, "reason": Reason.KYC_REQUIRED}),
    "another name": (NameMismatch, {"name_match": NameMatch.MISMATCH}),
    "another name, same NIK not told": (
        NameMismatch,
        {"name_match": NameMatch.MISMATCH, "nik": HolderCheck.NOT_SUPPORTED},
    ),
    "takes less at once": (AccountLimited, {"limits": AccountLimits(maximum=599_999)}),
    "takes less this month": (AccountLimited, {"limits": AccountLimits(monthly_in=599_999)}),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_cannot_be_paid_is_not_linked_and_changes_nothing(
    world: World, desks: Desks, ani: Someone, why: str
) -> None:
    problem, answer = REFUSALS[why]
    desks.answers(**answer)
    before = everything(world)
    with pytest.raises(problem) as refused:
        desks.link(FIRST)
    assert everything(world) == before
    assert (refused.value.retry_after is not None) is (problem is ProviderUnavailable)
    for language in ("id", "en"):
        assert "{" not in "".join(refused.value.text(language))
    desks.answers()
    assert desks.link(FIRST)


def test_limits_that_suffice(desks: Desks) -> None:
    desks.answers(limits=AccountLimits(minimum=10_000, maximum=600_000, monthly_in=600_000))
    assert desks.link(FIRST)


def test_a_limit_is_told_in_rupiah(desks: Desks) -> None:
    desks.answers(limits=AccountLimits(monthly_in=250_000))
    with pytest.raises(AccountLimited) as refused:
        desks.link(FIRST)
    assert "Rp250.000" in refused.value.text("id")[1]
    assert "Rp600.000" in refused.value.text("en")[1]


@pytest.mark.parametrize("answer", [{}, {"status": AccountStatus.REFUSED, "reason": Reason.NIK_MISMATCH}])
def test_a_strangers_account_is_refused_and_looked_at(
    world: World, desks: Desks, ani: Someone, answer: dict[str, Any]
) -> None:
    desks.answers(nik=HolderCheck.MISMATCH, **answer)
    for _ in range(2):
        with pytest.raises(NotYourAccount):
            desks.link(FIRST)
    assert (account_of(world, ani), linked(world, ani), holders(world, FIRST)) == (None, False, [])
    cases = world.take("cases.needed.v1")
    assert [sent.body["kind"] for sent in cases] == ["DESTINATION_NOT_OWNED"] * 2
    assert cases[0].body == cases[1].body  # the same finding: one case


UNPROVEN = "DESTINATION_UNPROVEN"
DOUBTS = {
    (HolderCheck.MATCH, NameMatch.MATCH): [],
    (HolderCheck.MATCH, NameMatch.PARTIAL): [],
    (HolderCheck.MATCH, NameMatch.UNKNOWN): [],
    (HolderCheck.NOT_SUPPORTED, NameMatch.MATCH): [UNPROVEN],
    (HolderCheck.NOT_SUPPORTED, NameMatch.PARTIAL): [UNPROVEN, "NAME_DOUBTFUL"],
    (HolderCheck.NOT_SUPPORTED, NameMatch.UNKNOWN): [UNPROVEN, "NAME_DOUBTFUL"],
}


@pytest.mark.parametrize(("nik", "name"), DOUBTS)
def test_what_a_provider_cannot_say_is_a_case_and_no_refusal(
    world: World, desks: Desks, nik: HolderCheck, name: NameMatch
) -> None:
    desks.answers(nik=nik, name_match=name)
    account = desks.link(FIRST)
    assert account.proof is (Proof.PROVEN if nik is HolderCheck.MATCH else Proof.UNPROVEN)
    assert payable(account, world.clock.wall()) is None
    assert desks.link(FIRST) == account
    assert findings(world) == DOUBTS[nik, name]


def test_only_members_link_accounts_of_known_providers(world: World, desks: Desks) -> None:
    with pytest.raises(UnknownProvider):
        desks.link(FIRST, "PAYPAL")
    with pytest.raises(NotAMemberYet):
        desks.link(FIRST, who=plant_person(world, someone(2)))


# another account ------------------------------------------------------------------------------------------------------
def test_a_change_needs_the_other_channel(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    before = everything(world)
    with pytest.raises(ConfirmationNeeded):
        desks.link(SECOND)
    for wrong in (
        "00000000-0000-0000-0000-000000000000",
        plant_confirmation(world, "somebody-else", "a" * 36),
        plant_confirmation(world, ani.person_id, "b" * 36, "another session"),
    ):
        with pytest.raises(ConfirmationUnusable):
            desks.link(SECOND, confirmation=wrong)
    assert everything(world)[1:] == before[1:]
    assert len(desks["BNI"].questions) == 1


def test_a_changed_account_is_paid_after_72_hours_and_both_channels_are_told(
    world: World, desks: Desks, ani: Someone
) -> None:
    desks.link(FIRST)
    world.take()
    now = world.clock.wall()
    account = desks.change(SECOND)
    assert payable(account, now) is Waits.COOLING
    assert payable(account, now + COOLING - timedelta(microseconds=1)) is Waits.COOLING
    assert payable(account, now + COOLING) is None
    assert told(world) == ["ACCOUNT_CHANGED", "ACCOUNT_CHANGED_BY_SMS"]
    assert holders(world, FIRST) == holders(world, SECOND) == [ani.person_id]
    assert account_of(world, ani) == account


def test_one_confirmation_is_for_one_change(desks: Desks) -> None:
    desks.link(FIRST)
    confirmation = desks.confirmed()
    account = desks.link(SECOND, confirmation=confirmation)
    assert desks.link(SECOND, confirmation=confirmation) == account  # the answer was lost
    with pytest.raises(ConfirmationUnusable):
        desks.link(THIRD, confirmation=confirmation)


def test_a_refused_change_leaves_all_as_it_was_and_the_confirmation_good(desks: Desks, world: World) -> None:
    desks.link(FIRST)
    confirmation = desks.confirmed()
    before = everything(world)
    desks.answers(status=AccountStatus.UNAVAILABLE)
    with pytest.raises(ProviderUnavailable):
        desks.link(SECOND, confirmation=confirmation)
    assert everything(world) == before
    desks.answers()
    assert desks.link(SECOND, confirmation=confirmation).masked.endswith("2222")


def test_this_was_not_me(world: World, desks: Desks, ani: Someone) -> None:
    first = desks.link(FIRST)
    desks.change(SECOND)
    world.take()
    world.clock.move(hours=71)
    for _ in range(2):
        account = cancel_change(world.platform, person_id=ani.person_id, key="k1")
        assert (account.digest, account.linked_at) == (first.digest, first.linked_at)
    assert payable(account, world.clock.wall()) is None
    assert (account.former, account.payable_from) == (None, None)
    assert (holders(world, FIRST), holders(world, SECOND)) == ([ani.person_id], [])
    assert sorted(sent.topic for sent in world.take()) == [
        "payouts.account_ready.v1",
        "registration.notice_requested.v1",
    ]
    with pytest.raises(NothingToCancel):
        cancel_change(world.platform, person_id=ani.person_id, key="k2")


def test_it_is_too_late_after_72_hours_also_while_nobody_swept(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    world.clock.move(hours=72)
    with pytest.raises(NothingToCancel):
        cancel_change(world.platform, person_id=ani.person_id, key="k1")


def test_two_changes_in_a_row_come_back_to_what_was_paid_last(world: World, desks: Desks, ani: Someone) -> None:
    """A thief who changes twice does not bury the true account."""
    first = desks.link(FIRST)
    desks.change(SECOND)
    world.clock.move(hours=1)
    desks.change(THIRD)
    assert holders(world, SECOND) == []
    assert cancel_change(world.platform, person_id=ani.person_id, key="k").digest == first.digest
    assert (holders(world, FIRST), holders(world, THIRD)) == ([ani.person_id], [])


def test_a_second_change_after_the_72_hours_comes_back_to_the_first_ones_account(
    world: World, desks: Desks, ani: Someone
) -> None:
    desks.link(FIRST)
    second = desks.change(SECOND)
    world.clock.move(hours=73)  # nobody swept
    desks.change(THIRD)
    assert (holders(world, FIRST), holders(world, SECOND)) == ([], [ani.person_id])
    assert cancel_change(world.platform, person_id=ani.person_id, key="k").digest == second.digest


def test_changing_back_within_the_72_hours(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    account = desks.change(FIRST)
    assert payable(account, world.clock.wall()) is Waits.COOLING
    assert (holders(world, FIRST), holders(world, SECOND)) == ([ani.person_id], [])
    world.clock.move(hours=72)
    account_ready(world.platform, person_id=ani.person_id)
    assert holders(world, FIRST) == [ani.person_id]


# giving it up ---------------------------------------------------------------------------------------------------------
def test_unlinking_gives_up_everything_and_the_next_account_is_a_change(
    world: World, desks: Desks, ani: Someone
) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    world.take()
    for _ in range(2):
        unlink(world.platform, person_id=ani.person_id)
    assert (account_of(world, ani), linked(world, ani)) == (None, False)
    assert holders(world, FIRST) == holders(world, SECOND) == []
    assert told(world) == ["ACCOUNT_UNLINKED"]
    with pytest.raises(ConfirmationNeeded):
        desks.link(FIRST)
    account = desks.change(FIRST)
    assert payable(account, world.clock.wall()) is Waits.COOLING
    assert linked(world, ani)
    with pytest.raises(NothingToCancel):
        cancel_change(world.platform, person_id=ani.person_id, key="k")


def test_unlinking_what_was_changed_in_this_moment(
    world: World, desks: Desks, ani: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = desks.link(FIRST)
    desks.change(SECOND)
    monkeypatch.setattr("prakerja.payouts.service.changing.load_account", lambda *_: stale)
    with pytest.raises(AccountMoved):
        unlink(world.platform, person_id=ani.person_id)


# when the hours are over ----------------------------------------------------------------------------------------------
def woken(world: World) -> list[str]:
    return [
        str(message.model_dump()["person_id"])
        for shard in range(DUE_SHARDS)
        for message in due_accounts(world.platform, f"ACCOUNT#{shard:02d}")
    ]


def plant_queued(world: World, who: Someone) -> Payout:
    now = world.clock.programme()
    payout = Payout("payout-1", "run-1", who.person_id, JOB_SEARCH, 1, "BNI", 600_000, PayoutState.QUEUED)
    incentive = Incentive(who.person_id, JOB_SEARCH, 1, 600_000, IncentiveState.IN_RUN, wib_date(now), now)
    world.table.commit(earned(replace(incentive, payout_id=payout.payout_id)), *new_payout(payout))
    return payout


def test_what_waited_goes_on_by_itself(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    desks.change(SECOND)
    payout = plant_queued(world, ani)
    world.take()
    assert woken(world) == []
    account_ready(world.platform, person_id=ani.person_id)  # too early
    assert world.take() == []
    world.clock.move(hours=72, seconds=1)
    assert woken(world) == [ani.person_id]
    account_ready(world.platform, person_id=ani.person_id)
    assert woken(world) == []
    sent = {message.topic: message.body for message in world.take()}
    assert sent["payouts.queued.v1"] == {"payout_id": payout.payout_id, "provider": "BNI"}
    assert sent["payouts.account_linked.v1"] == {"person_id": ani.person_id}
    account = account_of(world, ani)
    assert account is not None
    assert (account.former, account.payable_from) == (None, None)
    assert (holders(world, FIRST), holders(world, SECOND)) == ([], [ani.person_id])


def test_an_account_of_nobody_is_not_ready(world: World) -> None:
    account_ready(world.platform, person_id="nobody")
    assert world.messages() == []


# many members on one destination --------------------------------------------------------------------------------------
def others(world: World, desks: Desks, count: int, number: str = FIRST) -> list[Someone]:
    people = [plant_member(world, someone(n), card_number=f"8{n:015d}") for n in range(2, 2 + count)]
    for one in people:
        desks.link(number, who=one)
    return people


def test_the_second_member_on_a_destination_waits_for_a_person(world: World, desks: Desks, ani: Someone) -> None:
    first = desks.link(FIRST)
    world.take()
    (budi,) = others(world, desks, 1)
    account = account_of(world, budi)
    assert account is not None
    assert payable(account, world.clock.wall()) is Waits.SHARED
    assert payable(first, world.clock.wall()) is None
    (case,) = world.take("cases.needed.v1")
    assert (case.body["kind"], case.body["person_id"]) == ("DESTINATION_SHARED", budi.person_id)
    assert case.body["facts"]["member_1"] == ani.person_id
    assert FIRST not in str(case.body)
    account_ready(world.platform, person_id=budi.person_id)
    assert [sent.topic for sent in world.take()] == ["payouts.account_linked.v1"]  # of linking; nothing was woken
    # what a verdict changes
    assert accept_sharing(world.table, budi.person_id, "another destination") is None
    assert accept_sharing(world.table, ani.person_id, case.body["subject_id"]) is None
    part = accept_sharing(world.table, budi.person_id, case.body["subject_id"])
    assert part is not None
    world.table.commit(part)
    after = account_of(world, budi)
    assert after is not None
    assert payable(after, world.clock.wall()) is None
    assert accept_sharing(world.table, budi.person_id, case.body["subject_id"]) is None


def test_a_crowd_is_refused_without_asking_the_provider(world: World, desks: Desks, ani: Someone) -> None:
    others(world, desks, 5)
    asked = len(desks["BNI"].questions)
    with pytest.raises(DestinationCrowded):
        desks.link(FIRST)
    assert (len(desks["BNI"].questions), len(holders(world, FIRST))) == (asked, 5)


def test_a_shared_destination_that_was_changed_too_waits_for_both(world: World, desks: Desks, ani: Someone) -> None:
    others(world, desks, 1, SECOND)
    desks.link(FIRST)
    account = desks.change(SECOND)
    assert payable(account, world.clock.wall()) is Waits.COOLING
    world.clock.move(hours=72, seconds=1)
    assert payable(account, world.clock.wall()) is Waits.SHARED
    world.take()
    account_ready(world.platform, person_id=ani.person_id)
    assert world.messages() == []
    assert woken(world) == []  # settled: only a person ends what is left


def test_two_members_who_link_one_destination_at_once_are_two(
    world: World, desks: Desks, ani: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw nobody there. The second is told to look again, and then finds the first."""
    import prakerja.payouts.service.accounts as accounts

    others(world, desks, 1)
    with monkeypatch.context() as before, pytest.raises(AccountMoved):
        before.setattr(accounts, "holders_from_items", lambda digests, _: dict.fromkeys(digests, ()))
        desks.link(FIRST)
    assert payable(desks.link(FIRST), world.clock.wall()) is Waits.SHARED


# incentives -----------------------------------------------------------------------------------------------------------
def test_a_changed_account_schedules_failed_incentives_again(world: World, desks: Desks, ani: Someone) -> None:
    desks.link(FIRST)
    now = world.clock.programme()
    failed = Incentive(ani.person_id, JOB_SEARCH, 1, 600_000, IncentiveState.PAYOUT_FAILED, wib_date(now), now)
    paid = replace(failed, number=2, state=IncentiveState.PAID)
    world.table.commit(earned(replace(failed, reason="PSP_KYC_REQUIRED")), earned(paid))
    world.clock.move(days=1)
    desks.change(SECOND)
    after = {one.number: one for one in incentives_of(world.table, ani.person_id)}
    assert after[1].state is IncentiveState.SCHEDULED
    assert (after[1].scheduled_on, after[1].reason) == (wib_date(world.clock.programme()), None)
    assert after[2].state is IncentiveState.PAID
