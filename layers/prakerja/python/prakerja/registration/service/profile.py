"""What people say about themselves that no registry confirms: their last education."""

from __future__ import annotations

from prakerja.platform import Platform
from prakerja.platform.access_patterns import PERSON_IDENTITY
from prakerja.registration.model.education import Education
from prakerja.registration.store.person import last_education, last_education_part


def read_education(p: Platform, *, person_id: str) -> Education | None:
    """A person's last education, or None if they have not told it."""
    # load
    return last_education(p.table.get(PERSON_IDENTITY, person_id=person_id))


def tell_education(p: Platform, *, person_id: str, education: Education) -> Education:
    """Keep a person's last education; the newest word counts. Raises NotFound."""
    # commit
    p.table.commit(last_education_part(person_id, education))
    return education
