"""Who a person is: the claim, the civil registry's verdict, one account per NIK."""

from prakerja.identity.answers import RegistryAnswer, RegistryOutcome, RegistryRecord
from prakerja.identity.messages import IdentityCheckRequested
from prakerja.identity.model import IdentityCheck, IdentityStatus
from prakerja.identity.ports import CivilRegistry
from prakerja.identity.service import due_checks, load_check, submit_identity, verify_identity

__all__ = [
    "CivilRegistry",
    "IdentityCheck",
    "IdentityCheckRequested",
    "IdentityStatus",
    "RegistryAnswer",
    "RegistryOutcome",
    "RegistryRecord",
    "due_checks",
    "load_check",
    "submit_identity",
    "verify_identity",
]
