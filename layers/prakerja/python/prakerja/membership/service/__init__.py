"""Commands of membership: seed the rules; remind, give more time, revoke; end a membership with four eyes."""

from prakerja.membership.service.extending import EXTEND, extend, extension_approved, propose_extension
from prakerja.membership.service.revoking import (
    REVOKE,
    due_revocations,
    propose_revocation,
    revocation_approved,
    revoke,
)
from prakerja.membership.service.seeding import seed_schemes
from prakerja.membership.service.sweeping import begin_reminding, begin_revoking, sweep_deadlines

__all__ = [
    "EXTEND",
    "REVOKE",
    "begin_reminding",
    "begin_revoking",
    "due_revocations",
    "extend",
    "extension_approved",
    "propose_extension",
    "propose_revocation",
    "revocation_approved",
    "revoke",
    "seed_schemes",
    "sweep_deadlines",
]
