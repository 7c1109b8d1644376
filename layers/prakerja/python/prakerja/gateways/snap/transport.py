"""How a request reaches a provider. A protocol, so that a provider's stand-in can be asked without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from prakerja.gateways.http import Endpoint, exchange


class Transport(Protocol):
    """One request, sent once."""

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """HTTP status and body. Raises OutsideUnavailable, with ``sent`` False only if nothing can have left."""


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Over the network; never repeats, because a silent re-send is how one transfer becomes two."""

    endpoint: Endpoint

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = exchange(self.endpoint, "POST", path, body=body, headers=headers)
        return answer.status, answer.body
