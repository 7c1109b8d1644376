"""Phone numbers and e-mail addresses, each in exactly one spelling, so that one address means one account."""

from __future__ import annotations

import re
from enum import StrEnum

MAX_EMAIL = 254
"""RFC 5321 §4.5.3.1.3, less the angle brackets."""
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
_LOCAL_PART = 64
_PHONE_INPUT = re.compile(r"[+0-9 ().-]{5,30}")

BAD_PHONE = "must be an Indonesian mobile number, like 081234567890 | harus nomor HP Indonesia, misalnya 081234567890"
BAD_EMAIL = "must be an e-mail address, like nama@contoh.id | harus alamat e-mail, misalnya nama@contoh.id"


class Channel(StrEnum):
    """How messages reach a person. Either one signs in; both must be proven before joining a wave."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"

    @property
    def other(self) -> Channel:
        """The second channel."""
        return Channel.EMAIL if self is Channel.PHONE else Channel.PHONE


def normalised(channel: Channel, text: str) -> str:
    """The one spelling of an address. Raises ValueError (English | Indonesian), which does not repeat the address."""
    return _phone(text) if channel is Channel.PHONE else _email(text)


def _phone(text: str) -> str:
    """E.164 of an Indonesian mobile number: ``0812…``, ``62812…`` and ``+62 812-…`` are the same."""
    import phonenumbers  # 80 modules that only the asking for a code needs

    if not _PHONE_INPUT.fullmatch(text.strip()):
        raise ValueError(BAD_PHONE)
    try:
        number = phonenumbers.parse(text.strip(), "ID")
    except phonenumbers.NumberParseException:
        raise ValueError(BAD_PHONE) from None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if not mobile or not phonenumbers.is_valid_number_for_region(number, "ID"):
        raise ValueError(BAD_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(text: str) -> str:
    """All in small letters: phones capitalise the first letter, and no provider tells ``Budi@`` from ``budi@``.

    The code goes to this very spelling, so whoever proves it owns the mailbox that the account is bound to.
    """
    address = text.strip().lower()
    if len(address) > MAX_EMAIL or len(address.partition("@")[0]) > _LOCAL_PART or not _EMAIL.fullmatch(address):
        raise ValueError(BAD_EMAIL)
    return address
