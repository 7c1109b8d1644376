"""Platforms, training institutions and payment channels: who they are and how their requests are believed."""

from prakerja.partners.errors import PartnerExists, PartnerUnknown, WrongPartnerKind
from prakerja.partners.keyring import KeyRing
from prakerja.partners.model import Caller, Partner, PartnerKind
from prakerja.partners.service import add_sign_key, find_caller, register_partner

__all__ = [
    "Caller",
    "KeyRing",
    "Partner",
    "PartnerExists",
    "PartnerKind",
    "PartnerUnknown",
    "WrongPartnerKind",
    "add_sign_key",
    "find_caller",
    "register_partner",
]
