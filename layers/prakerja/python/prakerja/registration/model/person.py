"""A person as the rest of the system sees them: pseudonyms and statuses, nothing that says who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from prakerja.registration.model.address import Channel

VERIFIED = "VERIFIED"


@dataclass(frozen=True)
class Person:
    """The hot half of a person. Digests and ``identity_status`` are set by identity; ``region`` is the domicile regency."""

    person_id: str
    phone_proven: bool
    email_proven: bool
    created_at: datetime
    identity_status: str | None = None
    nik_digest: str | None = None
    family_digest: str | None = None
    birth_date: date | None = None
    region: str | None = None

    @property
    def identity_verified(self) -> bool:
        """Whether the civil registry confirmed who they are."""
        return self.identity_status == VERIFIED

    @property
    def contacts_proven(self) -> bool:
        """Whether both channels reach them."""
        return self.phone_proven and self.email_proven

    def proven(self, channel: Channel) -> bool:
        """Whether they showed that messages on this channel reach them."""
        return self.phone_proven if channel is Channel.PHONE else self.email_proven
