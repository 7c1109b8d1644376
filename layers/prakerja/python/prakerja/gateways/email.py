"""E-mail. Same protocol and same promises as `prakerja.gateways.sms`, with a subject."""

from __future__ import annotations

from prakerja.gateways.sms import hand_over, message_endpoint


class EmailSender:
    """Plain-text e-mail."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self._endpoint = message_endpoint("e-mail provider", base_url, api_key)

    def send(self, *, to: str, text: str, reference: str, subject: str = "") -> str:
        """Hand over one e-mail. Returns the provider's id. Raises Unavailable, Rejected."""
        message = {"to": to, "subject": subject or "Kartu Prakerja", "text": text, "reference": reference}
        return hand_over(self._endpoint, message)
