"""The rules are stored, once and for good."""

from __future__ import annotations

from prakerja.membership.model import Scheme
from prakerja.membership.store import packaged_schemes, scheme_part
from prakerja.platform import Platform


def seed_schemes(p: Platform) -> tuple[Scheme, ...]:
    """Store every packaged scheme version that is not stored yet. Raises Conflict if a stored one says otherwise."""
    # load
    schemes = packaged_schemes()
    # commit
    for scheme in schemes:
        p.table.commit(scheme_part(scheme))
    return schemes
