"""Platforms, training institutions and payment channels: who they are and how their requests are believed."""

from prakerja.partners.errors import PartnerExists, PartnerUnknown, WrongPartnerKind
from prakerja.partners.keyring import KeyRing
from prakerja.partners.model import Caller, Partner, PartnerKind
from prakerja.partners.redirects import is_registered_redirect
from prakerja.partners.service.calling import find_caller, note_use, spend_nonce
from prakerja.partners.service.registering import register_partner
from prakerja.partners.service.rotating import add_sign_key
from prakerja.partners.store import load_partner, partner_names

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
    "is_registered_redirect",
    "load_partner",
    "note_use",
    "partner_names",
    "register_partner",
    "spend_nonce",
]
