"""SMS, and the one way of handing a message to a provider that SMS and e-mail share.

Both senders fulfil the same protocol::

    send(*, to: str, text: str, reference: str, subject: str = "") -> str

which returns the provider's id of the accepted message and raises `Unavailable` (try again with the same reference)
or `Rejected` (this address or text will never be accepted). The reference makes a repeat harmless: a provider sends
one message for each reference, however often it is handed over.
"""

from __future__ import annotations

from prakerja.gateways.http import Endpoint, post_json
from prakerja.platform.problems import Rejected

_REFUSED_FOR_GOOD = {400, 404, 410, 413, 422}
"""Speaks of this message. 401, 403 and 429 speak of us, so the message waits until that is put right."""


class SmsSender:
    """Text messages to Indonesian mobile numbers."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self._endpoint = message_endpoint("SMS provider", base_url, api_key)

    def send(self, *, to: str, text: str, reference: str, subject: str = "") -> str:
        """Hand over one SMS; it has no subject. Returns the provider's id. Raises Unavailable, Rejected."""
        return hand_over(self._endpoint, {"to": to, "text": text, "reference": reference})


def message_endpoint(system: str, base_url: str, api_key: str) -> Endpoint:
    return Endpoint(system, base_url, headers={"x-api-key": api_key} if api_key else {})


def hand_over(endpoint: Endpoint, message: dict[str, str]) -> str:
    """POST one message. 202 with an id means accepted; anything unclear means unavailable, and the reference makes
    trying again safe."""
    answer = post_json(endpoint, "/v1/messages", message)
    if answer.status in _REFUSED_FOR_GOOD:
        raise Rejected(system=endpoint.system, reason=f"status {answer.status}")
    if answer.status != 202:
        raise answer.unavailable("not accepted")
    message_id = answer.json().get("id")
    if not isinstance(message_id, str) or not message_id:
        raise answer.unavailable("accepted without an id")
    return message_id
