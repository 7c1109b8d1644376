"""What a provider gave us to prove who we are. Never shown, never logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@dataclass(frozen=True, slots=True)
class Credentials:
    """One provider's entry in the SNAP secret."""

    client_id: str
    client_secret: str = field(repr=False)
    private_key: RSAPrivateKey = field(repr=False)
    source_account: str = field(repr=False)
    """The account that payouts are debited from."""
    channel_id: str
    """At most 5 characters, given by the provider."""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Credentials:
        """Read ``{client_id, client_secret, private_key (PEM), source_account, channel_id}``.

        Raises ValueError naming the field that is missing, never its value.
        """
        names = ("client_id", "client_secret", "private_key", "source_account", "channel_id")
        missing = [name for name in names if not isinstance(entry.get(name), str) or not entry[name]]
        if missing:
            raise ValueError(f"payment credentials lack {', '.join(missing)}")
        pem = entry["private_key"].encode()
        # Proving the primes of a key that we made ourselves would cost each cold start a tenth of a second.
        key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("the private key for a payment provider must be RSA")
        return cls(
            client_id=entry["client_id"],
            client_secret=entry["client_secret"],
            private_key=key,
            source_account=entry["source_account"],
            channel_id=entry["channel_id"],
        )
