"""ATTENDANCE and SUBMISSION items, and COURSE_EMAIL: who learns a course under which e-mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import ATTENDANCE, COURSE_EMAIL, SUBMISSION, Pattern
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, put, put_new, update
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table
from prakerja.training.learning_errors import EmailInUse
from prakerja.training.model.attendance import Visit
from prakerja.training.model.task import Task
from prakerja.training.store.moved import Moved

KEPT = timedelta(days=1)
"""How long a state still leads back to its institution after its time."""

# attendance -------------------------------------------------------------------------------------------------------


def load_visit(table: Table, state: str) -> Visit | None:
    """A participant's way to an attendance, or None."""
    item = table.get(ATTENDANCE, attendance=state)
    return record_of(Visit, item) if item else None


def new_visit(visit: Visit) -> Part:
    """Store a participant's way to us. The very same request again is a repeat."""
    intent = fingerprint([visit.redeem_code, visit.sequence, visit.redirect_uri])
    expires = {"expires_at": int((visit.valid_until + KEPT).timestamp())}
    return put_new(ATTENDANCE, {**item_of(visit), **expires}, fingerprint=intent, attendance=visit.state)


def wrong_face_part(before: Visit, after: Visit) -> Part:
    """Count a photo that did not match. Error: Moved."""
    return update(
        ATTENDANCE,
        set=item_of(after, "wrong_faces"),
        when=Attr("wrong_faces").eq(before.wrong_faces),
        error=Moved(),
        attendance=before.state,
    )


def email_parts(course_code: str, digests: Iterable[str], person_id: str) -> tuple[Part, ...]:
    """One participant for each e-mail of a course, under every active key. Error: EmailInUse."""
    free = Attr("pk").not_exists() | Attr("person_id").eq(person_id)
    return tuple(
        put(
            COURSE_EMAIL,
            {"person_id": person_id},
            when=free,
            error=EmailInUse(),
            course_code=course_code,
            digest=digest,
        )
        for digest in digests
    )


# tasks ------------------------------------------------------------------------------------------------------------


def task_key(redeem_code: str, scope: str, sequence: int) -> tuple[Pattern, Mapping[str, str | int]]:
    """A task, for reading it along with other items."""
    return SUBMISSION, {"redeem_code": redeem_code, "scope": scope, "sequence": sequence}


def task_from_item(item: Item | None) -> Task | None:
    """A task from its stored item."""
    return record_of(Task, item) if item else None


def tasks_of(table: Table, redeem_code: str) -> list[Task]:
    """What was handed in with a code: the first hundred tasks, by scope and sequence."""
    page = table.query(SUBMISSION, redeem_code=redeem_code)
    return sorted((record_of(Task, item) for item in page.items), key=lambda task: (task.scope, task.sequence))


def task_part(before: Task | None, after: Task) -> Part:
    """Store a task, or what changed on it, if it is as it was read. Error: Moved."""
    pattern, key = task_key(after.redeem_code, after.scope, after.sequence)
    unchanged = Attr("version").eq(before.version) if before else Attr("pk").not_exists()
    return put(pattern, item_of(after), when=unchanged, error=Moved(), **key)
