"""What registration needs from outside: providers that bring a text to a phone or a mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from prakerja.registration.model.address import Channel


class MessageSender(Protocol):
    """A provider of SMS or e-mail."""

    def send(self, *, to: str, text: str, reference: str, subject: str = "") -> str:
        """Hand over one message; answers the provider's id of it.

        The provider sends one message for each ``reference`` (at most 200 characters), however often it is handed
        over. Raises Unavailable (same reference again, later) or Rejected (this address will never be accepted).
        """


Senders = Mapping[Channel, MessageSender]
"""A provider for each channel."""
