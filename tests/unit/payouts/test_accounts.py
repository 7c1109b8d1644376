"""The account a member is paid at is their own, can take the money, and is nobody else's; what is doubtful is a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prakerja.payouts import accept_sharing
from prakerja.payouts.answers import AccountLimits, AccountStatus, HolderCheck, NameMatch, Reason
from prakerja.payouts.destination import MOST_REFUSALS, Proof, payable
from prakerja.payouts.errors import (
    AccountLimited,
    AccountMoved,
    AccountRefused,
    DestinationCrowded,
    NameMismatch,
    NotAMemberYet,
    NotYourAccount,
    ProviderUnavailable,
    TooManyAccountsRefused,
    UnknownProvider,
    WalletPhoneDiffers,
)
from prakerja.payouts.model import Waits
from prakerja.payouts.service import account_ready
from prakerja.platform.access_patterns import REFUSED_ACCOUNTS
from prakerja.platform.problems import Problem
from tests.support.accounts import (
    FIRST,
    SECOND,
    Desks,
    account_of,
    everything,
    findings,
    holders,
    is_linked,
    others,
    woken,
)
from tests.support.people import Someone, plant_member, plant_person, someone
from tests.support.world import World

COOLING = timedelta(hours=72)


@pytest.fixture
def ani(world: World) -> Someone:
    return plant_member(world, someone(1))


@pytest.fixture
def desks(world: World, ani: Someone) -> Desks:
    made = Desks(world, ani)
    world.take()
    return made


# the first account ----------------------------------------------------------------------------------------------------
def test_the_first_account_is_payable_at_once(world: World, desks: Desks, ani: Someone) -> None:
    account = desks.link(FIRST)
    assert (account.provider, account.masked, account.proof) == ("BNI", "••••••1111", Proof.PROVEN)
    assert payable(account, world.clock.wall()) is None
    assert account_of(world, ani) == account
    assert (is_linked(world, ani), holders(world, FIRST)) == (True, [ani.person_id])
    assert world.messages() == []  # whom it wakes: test_linking
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
    world.table.forget(REFUSED_ACCOUNTS, [REFUSED_ACCOUNTS.key(person_id=ani.person_id, day="2026-01-15")])
    assert everything(world) == before, "but for the count of refusals"
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
    assert (account_of(world, ani), is_linked(world, ani), holders(world, FIRST)) == (None, False, [])
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


def test_a_provider_that_proves_nothing_is_one_case_and_a_flag_on_each_account(world: World, desks: Desks) -> None:
    people = [plant_member(world, someone(n), card_number=f"8{n:015d}") for n in (2, 3, 4)]
    world.take()
    desks.answers(nik=HolderCheck.NOT_SUPPORTED, name_match=NameMatch.MATCH)
    proofs = [desks.link(f"123456000{number}", who=who).proof for number, who in enumerate(people)]
    assert proofs == [Proof.UNPROVEN] * 3
    (told,) = [sent.body for sent in world.take("cases.needed.v1")]
    assert (told["kind"], told["subject_id"], told["person_id"]) == (UNPROVEN, "BNI", None)


# a name oracle --------------------------------------------------------------------------------------------------------
REFUSED: dict[str, dict[str, Any]] = {
    "no such account": {"status": AccountStatus.REFUSED, "reason": Reason.ACCOUNT_INVALID},
    "another name": {"nik": HolderCheck.NOT_SUPPORTED, "name_match": NameMatch.MISMATCH},
    "another NIK": {"status": AccountStatus.REFUSED, "nik": HolderCheck.MISMATCH},
    "full": {"limits": AccountLimits(maximum=1)},
}


def refused(desks: Desks, number: int) -> type[Problem]:
    with pytest.raises(Problem) as caught:
        desks.link(f"12345600{number:02d}")
    return caught.type


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_after_some_refusals_nobody_is_asked_and_every_number_has_the_same_answer(
    world: World, desks: Desks, answer: dict[str, Any]
) -> None:
    desks.answers(**answer)
    assert TooManyAccountsRefused not in [refused(desks, number) for number in range(MOST_REFUSALS)]
    asked = len(desks["BNI"].questions)
    desks.answers()  # the member's own, at last
    said = set()
    for number in (FIRST, "1234560000", "9999999999"):
        with pytest.raises(TooManyAccountsRefused) as caught:
            desks.link(number)
        said.add((str(caught.value), repr(vars(caught.value))))
    assert len(said) == 1
    assert len(desks["BNI"].questions) == asked
    world.clock.move(days=1)
    assert desks.link(FIRST).provider == "BNI"


def test_what_the_provider_could_not_say_counts_for_nothing(desks: Desks) -> None:
    desks.answers(status=AccountStatus.UNAVAILABLE)
    assert {refused(desks, number) for number in range(MOST_REFUSALS + 1)} == {ProviderUnavailable}


def test_many_requests_at_once_learn_no_more(
    world: World, desks: Desks, ani: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has read that nothing was refused yet."""
    desks.answers(**REFUSED["another name"])
    monkeypatch.setattr("prakerja.payouts.service.accounts.refused_from_item", lambda _: 0)
    learnt = [refused(desks, number) for number in range(MOST_REFUSALS + 3)]
    assert learnt == [NameMismatch] * MOST_REFUSALS + [TooManyAccountsRefused] * 3


def test_only_members_link_accounts_of_known_providers(world: World, desks: Desks) -> None:
    with pytest.raises(UnknownProvider):
        desks.link(FIRST, "PAYPAL")
    with pytest.raises(NotAMemberYet):
        desks.link(FIRST, who=plant_person(world, someone(2)))


# many members on one destination --------------------------------------------------------------------------------------
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
    assert world.messages() == []  # nothing was woken
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


def test_a_crowd_is_told_to_who_owns_the_account_only(world: World, desks: Desks, ani: Someone) -> None:
    others(world, desks, 5)
    desks.answers(name_match=NameMatch.MISMATCH)
    with pytest.raises(NameMismatch):
        desks.link(FIRST)
    desks.answers()
    with pytest.raises(DestinationCrowded):
        desks.link(FIRST)
    assert len(holders(world, FIRST)) == 5


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
    with monkeypatch.context() as before:
        before.setattr(accounts, "holders_from_items", lambda digests, _: dict.fromkeys(digests, ()))
        with pytest.raises(AccountMoved):
            desks.link(FIRST)
    assert payable(desks.link(FIRST), world.clock.wall()) is Waits.SHARED
