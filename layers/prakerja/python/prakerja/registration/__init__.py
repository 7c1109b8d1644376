"""Who has an account: proven phone and e-mail, sign-in, sessions, and the messages that people get."""

from prakerja.registration.errors import ContactsMissing
from prakerja.registration.messages import NoticeKind, NoticeRequested, notice
from prakerja.registration.model.address import Channel
from prakerja.registration.model.education import Education
from prakerja.registration.model.person import Person
from prakerja.registration.store.challenge import challenge_key, confirmation_used
from prakerja.registration.store.person import (
    change_person,
    last_education,
    load_person,
    open_fields,
    opened,
    person_from_item,
    seal_fields,
)

__all__ = [
    "Channel",
    "ContactsMissing",
    "Education",
    "NoticeKind",
    "NoticeRequested",
    "Person",
    "challenge_key",
    "change_person",
    "confirmation_used",
    "last_education",
    "load_person",
    "notice",
    "open_fields",
    "opened",
    "person_from_item",
    "seal_fields",
]
