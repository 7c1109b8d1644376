"""Attendance, tasks and due courses on both engines: what the store promises holds on moto and on the emulated cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from moto import mock_aws

from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.ids import shard_of
from prakerja.training.learning_errors import EmailInUse
from prakerja.training.model.attendance import Visit
from prakerja.training.model.learning import finish_by
from prakerja.training.model.purchase import Attended, PurchaseState
from prakerja.training.model.task import Task, TaskScope
from prakerja.training.store.learning import (
    email_parts,
    load_visit,
    new_visit,
    task_part,
    tasks_of,
    wrong_face_part,
)
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import COURSE_DUE_KIND, code_part, due_codes_of, load_code, new_code
from tests.support.cloud import Cloud
from tests.support.moto_truth import truthful
from tests.support.world import World, new_world
from tests.unit.training.records import CODE


@pytest.fixture(scope="module")
def moto() -> Iterator[World]:
    with mock_aws(), truthful():
        yield new_world()


@pytest.fixture(scope="module")
def emulated(cloud: Cloud) -> World:
    return World(cloud.client("dynamodb"), cloud.client("kms"), prefix="learning-")


@pytest.fixture(params=["moto", pytest.param("emulated", marks=pytest.mark.cloud)])
def engine(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue(request.param)
    return world


def test_a_way_to_attendance_is_stored_once_and_counts_wrong_photos(engine: World) -> None:
    visit = Visit("5" * 40, "CODE1", 1, "lpk", "https://lms.test/k?a=1", engine.clock.wall() + timedelta(minutes=15))
    assert not engine.table.commit(new_visit(visit)).repeated
    assert engine.table.commit(new_visit(replace(visit, wrong_faces=4))).repeated
    once = replace(visit, wrong_faces=1)
    engine.table.commit(wrong_face_part(visit, once))
    with pytest.raises(Moved):
        engine.table.commit(wrong_face_part(visit, once))
    assert load_visit(engine.table, visit.state) == once


def test_an_e_mail_belongs_to_one_participant_under_every_key(engine: World) -> None:
    digests = ("k1.aa", "k2.bb")
    for _ in range(2):
        engine.table.commit(*email_parts("C7", digests, "one"))
    for digest in digests:
        with pytest.raises(EmailInUse):
            engine.table.commit(*email_parts("C7", (digest,), "two"))
    engine.table.commit(*email_parts("C8", digests, "two"))


def test_a_task_changes_from_the_version_that_was_read(engine: World) -> None:
    first = Task("CODE2", TaskScope.TPM, 2, "https://x.test/a", engine.clock.programme())
    other = Task("CODE2", TaskScope.UK, 999, "https://x.test/b", engine.clock.programme())
    engine.table.commit(task_part(None, first), task_part(None, other))
    with pytest.raises(Moved):
        engine.table.commit(task_part(None, first))
    graded = replace(first, notes="Baik.\nSekali", feedback_at=engine.clock.programme(), version=2)
    engine.table.commit(task_part(first, graded))
    with pytest.raises(Moved):
        engine.table.commit(task_part(first, graded))
    assert tasks_of(engine.table, "CODE2") == [graded, other]


def test_a_course_is_due_from_the_end_of_its_grace_period_until_it_is_over(engine: World) -> None:
    code = replace(CODE, redeem_code="DUE1", attended=(1,), attendances=(Attended(1, CODE.starts_at),))
    shard = f"{COURSE_DUE_KIND}#{shard_of(code.redeem_code, DUE_SHARDS)}"
    engine.table.commit(new_code(code))
    moment = timedelta(microseconds=1)
    assert due_codes_of(engine.table, shard, finish_by(code)) == []
    assert due_codes_of(engine.table, shard, finish_by(code) + moment) == ["DUE1"]
    later = replace(code, skill_shown=True, version=2)
    engine.table.commit(code_part(code, later))
    assert due_codes_of(engine.table, shard, finish_by(code) + moment) == ["DUE1"]
    over = replace(later, state=PurchaseState.NOT_COMPLETED, version=3)
    engine.table.commit(code_part(later, over))
    assert due_codes_of(engine.table, shard, finish_by(code) + moment) == []
    assert load_code(engine.table, "DUE1") == over


def test_a_test_code_is_never_due(engine: World) -> None:
    code = replace(CODE, redeem_code="PRAT-DUE222", person_id="", purchase_id="")
    engine.table.commit(new_code(code))
    for shard in range(DUE_SHARDS):
        found = due_codes_of(engine.table, f"{COURSE_DUE_KIND}#{shard:02d}", finish_by(code) + timedelta(days=1))
        assert code.redeem_code not in found
