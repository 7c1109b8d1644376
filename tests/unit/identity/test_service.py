"""A claim, the registry's verdict, and everything that may come between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest

from prakerja.identity import IdentityStatus, RegistryAnswer, RegistryOutcome, RegistryRecord, due_checks
from prakerja.identity.api import IdentityView
from prakerja.identity.errors import AlreadyVerified, CheckUnderWay, TooManyChecks
from prakerja.identity.model import RETRY_SECONDS
from prakerja.identity.service import load_check, submit_identity, verify_identity
from prakerja.identity.store import Outdated
from prakerja.platform.access_patterns import DUE_SHARDS, PERSON_STATE
from prakerja.platform.problems import IdempotencyKeyReused, Reaction, Unavailable
from prakerja.platform.vault import Guards
from prakerja.registration import ContactsMissing, change_person
from tests.support.people import plant_person, someone
from tests.support.world import World

ANI = someone(1)
RECORD = RegistryRecord(ANI.nik, ANI.family_card_number, ANI.full_name, ANI.birth_date, ANI.mother_name)


class Registry:
    """Answers what it is told to, and counts the look-ups."""

    def __init__(self, *answers: RegistryOutcome | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[RegistryRecord] = []

    def verify(self, record: RegistryRecord) -> RegistryAnswer:
        self.asked.append(record)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return RegistryAnswer(answer)


@pytest.fixture
def ani(world: World) -> str:
    plant_person(world, ANI, verified=False)
    world.take()
    return ANI.person_id


def submit(world: World, person_id: str, key: str = "k1", record: RegistryRecord = RECORD) -> IdentityStatus | None:
    return submit_identity(world.platform, person_id=person_id, record=record, region="3276", key=key).status


@pytest.mark.parametrize("missing", ["phone_proven", "email_proven"])
def test_an_account_with_one_contact_asks_the_registry_nothing(world: World, ani: str, missing: str) -> None:
    """Otherwise throw-away mailboxes would tell who is known to the registry, and who has an account."""
    world.table.commit(change_person(ani, set={}, remove=[missing]))
    before = world.items("people")
    with pytest.raises(ContactsMissing):
        submit(world, ani)
    assert (world.items("people"), world.take()) == (before, [])
    view = IdentityView.of(load_check(world.platform, ani), "en")
    assert (view.can_send, view.explanation) == (False, "Prove your phone and e-mail first: POST /v1/contacts.")


def test_a_match_verifies_the_person_and_takes_the_nik(world: World, ani: str) -> None:
    assert submit(world, ani) is IdentityStatus.PENDING
    (request,) = world.take("identity.check_requested.v1")
    registry = Registry(RegistryOutcome.MATCH)
    check = verify_identity(world.platform, registry, **request.body)
    assert check.status is IdentityStatus.VERIFIED
    assert registry.asked == [RECORD]
    state = world.table.get(PERSON_STATE, person_id=ani)
    assert state is not None
    assert state["nik_digest"] == world.guards.digest("NIK", ANI.nik)
    assert "due_at" not in state
    assert [m.body["kind"] for m in world.take()] == ["IDENTITY_VERIFIED"]


def test_a_message_that_comes_twice_asks_the_registry_once(world: World, ani: str) -> None:
    submit(world, ani)
    (request,) = world.take("identity.check_requested.v1")
    registry = Registry(RegistryOutcome.MATCH)
    verify_identity(world.platform, registry, **request.body)
    before = world.items("people")
    verify_identity(world.platform, registry, **request.body)
    assert len(registry.asked) == 1
    assert world.items("people") == before


@pytest.mark.parametrize("slow", [RegistryOutcome.MATCH, RegistryOutcome.NOT_FOUND, Unavailable()])
def test_a_worker_that_was_overtaken_has_nothing_left_to_do(
    world: World, ani: str, slow: RegistryOutcome | Exception
) -> None:
    submit(world, ani)
    (request,) = world.take("identity.check_requested.v1")

    class Overtaken(Registry):
        def verify(self, record: RegistryRecord) -> RegistryAnswer:
            verify_identity(world.platform, Registry(RegistryOutcome.MATCH), **request.body)
            return super().verify(record)

    with suppress(Outdated):
        verify_identity(world.platform, Overtaken(slow), **request.body)
    assert Outdated.reaction is Reaction.DUPLICATE
    assert load_check(world.platform, ani).status is IdentityStatus.VERIFIED
    assert [message.body["kind"] for message in world.take()] == ["IDENTITY_VERIFIED"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (RegistryOutcome.PARTIAL, IdentityStatus.MISMATCH),
        (RegistryOutcome.NO_MATCH, IdentityStatus.MISMATCH),
        (RegistryOutcome.NOT_FOUND, IdentityStatus.NOT_FOUND),
        (RegistryOutcome.DECEASED, IdentityStatus.DECEASED),
        (RegistryOutcome.DUPLICATE, IdentityStatus.DUPLICATE),
        (RegistryOutcome.REFUSED, IdentityStatus.REFUSED),
    ],
)
def test_a_named_failure_can_be_corrected(
    world: World, ani: str, outcome: RegistryOutcome, status: IdentityStatus
) -> None:
    submit(world, ani)
    registry = Registry(outcome, RegistryOutcome.MATCH)
    verify_identity(world.platform, registry, person_id=ani, check_number=1)
    assert load_check(world.platform, ani).status is status
    assert IdentityView.of(load_check(world.platform, ani), "id").can_send
    assert submit(world, ani, key="k2") is IdentityStatus.PENDING
    verify_identity(world.platform, registry, person_id=ani, check_number=2)
    assert load_check(world.platform, ani).status is IdentityStatus.VERIFIED


def test_an_unavailable_registry_leaves_it_pending_and_due(world: World, ani: str) -> None:
    submit(world, ani)
    world.take()
    registry = Registry(*[Unavailable() for _ in range(8)], RegistryOutcome.MATCH)
    for attempt in range(8):
        verify_identity(world.platform, registry, person_id=ani, check_number=1)
        check = load_check(world.platform, ani)
        assert (check.status, check.attempts) == (IdentityStatus.PENDING, attempt + 1)
        delays = [message.delay_seconds for message in world.take("identity.check_requested.v1")]
        assert delays == [RETRY_SECONDS[attempt]] if attempt < 5 else delays == []  # an hour is the sweep's alone
        assert _due(world) == []
        world.clock.move(hours=2)
        assert _due(world) == [(ani, 1)]
    verify_identity(world.platform, registry, person_id=ani, check_number=1)
    assert load_check(world.platform, ani).status is IdentityStatus.VERIFIED
    assert _due(world) == []


def test_one_nik_belongs_to_one_account(world: World, ani: str) -> None:
    other = plant_person(world, someone(2), verified=False)
    for person in (ani, other.person_id):
        submit(world, person)
        verify_identity(world.platform, Registry(RegistryOutcome.MATCH), person_id=person, check_number=1)
    assert load_check(world.platform, ani).status is IdentityStatus.VERIFIED
    assert load_check(world.platform, other.person_id).status is IdentityStatus.TAKEN


def test_a_repeated_submission_is_one_check(world: World, ani: str) -> None:
    submit(world, ani)
    before = world.items("people")
    assert submit(world, ani) is IdentityStatus.PENDING
    assert world.items("people") == before
    assert len(world.messages()) == 1
    other = RegistryRecord(ANI.nik, ANI.family_card_number, "Another", date(1990, 1, 1), ANI.mother_name)
    with pytest.raises(IdempotencyKeyReused):
        submit(world, ani, record=other)


def test_a_repeated_submission_is_known_while_a_key_rotates(world: World, ani: str) -> None:
    submit(world, ani)
    rotating = replace(world.platform, guards=Guards({**world.guards.keys, "k-new": "another secret"}))
    after = submit_identity(rotating, person_id=ani, record=RECORD, region="3276", key="k1")
    assert (after.status, after.number) == (IdentityStatus.PENDING, 1)
    assert len(world.messages()) == 1


def test_what_may_not_be_submitted(world: World, ani: str) -> None:
    submit(world, ani)
    with pytest.raises(CheckUnderWay):
        submit(world, ani, key="k2")
    verify_identity(world.platform, Registry(RegistryOutcome.MATCH), person_id=ani, check_number=1)
    with pytest.raises(AlreadyVerified):
        submit(world, ani, key="k3")


def test_checks_a_day_are_limited_and_tomorrow_is_another_day(world: World, ani: str) -> None:
    def fail(number: int) -> None:
        submit(world, ani, key=f"k{number}")
        verify_identity(world.platform, Registry(RegistryOutcome.NO_MATCH), person_id=ani, check_number=number)

    for number in range(1, 6):
        fail(number)
    with pytest.raises(TooManyChecks):
        submit(world, ani, key="k6")
    world.clock.move(days=1)
    fail(6)


def test_nothing_personal_is_stored_in_clear(world: World, ani: str) -> None:
    submit(world, ani)
    verify_identity(world.platform, Registry(RegistryOutcome.MATCH), person_id=ani, check_number=1)
    everything = repr([world.items(table) for table in ("people", "programme", "evidence")])
    for secret in (ANI.nik, ANI.family_card_number, ANI.full_name, ANI.mother_name, ANI.phone, ANI.email):
        assert secret not in everything


def _due(world: World) -> list[tuple[str, int]]:
    find: Callable[[int], list[tuple[str, int]]] = lambda shard: [  # noqa: E731
        (m.person_id, m.check_number) for m in due_checks(world.platform, f"IDENTITY#{shard:02d}")
    ]
    return [found for shard in range(DUE_SHARDS) for found in find(shard)]
