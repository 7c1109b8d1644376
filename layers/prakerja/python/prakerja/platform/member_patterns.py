"""The part of ``access_patterns`` about memberships: rules, cards, how they end, and the sweeps that see to it.

Import them from ``access_patterns``, which declares everything.
"""

from __future__ import annotations

from prakerja.platform.pattern import Pattern

SCHEME = Pattern(
    "scheme", "programme", "one immutable version of the programme's rules", "SCHEME#{name}", "VERSION#{version}"
)
MEMBERSHIP = Pattern(
    "membership",
    "programme",
    "a person's one membership: card, scheme version, deadline",
    "PERSON#{person_id}",
    "MEMBERSHIP",
)
REVOCATION = Pattern(
    "revocation",
    "programme",
    "why a membership must end, as one operator proposed it: the content of an approval",
    "PERSON#{person_id}",
    "REVOCATION#{approval_id}",
)
EXTENSION = Pattern(
    "extension",
    "programme",
    "why a member needs more time for the first purchase, as one operator proposed it: the content of an approval",
    "PERSON#{person_id}",
    "EXTENSION#{approval_id}",
)
SWEEP = Pattern(
    "sweep",
    "programme",
    "how far a nightly sweep of one shard is, and what it did: deadlines, reminders, the end of a season",
    "SWEEP#{kind}",
    "DAY#{day}#S{shard}",
)
CARD = Pattern("card", "programme", "who holds a card number", "CARD#{card_number}", "CARD")
