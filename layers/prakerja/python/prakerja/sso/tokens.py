"""Codes and tokens. Of none of them is anything kept by which it could be made again.

A code is derived from the consent form that it comes from, so a form sent twice gives one code as long as nobody has used
it; its hash is its key.
A token is the grant, its generation and an HMAC over both, so a repeated request can be answered the same. Changing the
secret ends all of them.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from prakerja.sso.errors import RefreshUnknown, UserMissing
from prakerja.sso.model import CODES_PER_FORM, Grant

_TOKEN = re.compile(r"([0-9a-f-]{36})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


def codes_from(secret: str, person_id: str, client_code: str, key: str) -> Iterator[str]:
    """The codes of one consent form, in the order in which they are given; ``key`` is the form's own."""
    for number in range(CODES_PER_FORM):
        yield _mac(secret, f"prakerja/sso-code\n{person_id}\n{client_code}\n{key}\n{number}")


def digest_of(code: str) -> str:
    """What a code is found by."""
    return sha256(code.encode()).hexdigest()


def grant_named_in(token: str) -> str | None:
    """Which grant a token says it is of, believed in nothing; None if it has not the shape of a token."""
    shape = _TOKEN.fullmatch(token)
    return shape[1] if shape else None


@dataclass(frozen=True)
class SsoKeys:
    """What only the partner API holds."""

    secret: str = field(repr=False)

    def access_token(self, grant: Grant) -> str:
        """The current access token of a grant."""
        return self._token("access", grant)

    def refresh_token(self, grant: Grant) -> str:
        """The current refresh token of a grant."""
        return self._token("refresh", grant)

    def read_access(self, token: str) -> tuple[str, int]:
        """(grant id, generation) of an access token that we made. Raises UserMissing."""
        found = self._read("access", token)
        if found is None:
            raise UserMissing
        return found

    def read_refresh(self, token: str) -> tuple[str, int]:
        """(grant id, generation) of a refresh token that we made. Raises RefreshUnknown."""
        found = self._read("refresh", token)
        if found is None:
            raise RefreshUnknown
        return found

    def _token(self, kind: str, grant: Grant) -> str:
        return f"{grant.grant_id}.{grant.generation}.{self._mark(kind, grant.grant_id, grant.generation)}"

    def _read(self, kind: str, token: str) -> tuple[str, int] | None:
        shape = _TOKEN.fullmatch(token)
        if shape is None:
            return None
        grant_id, generation = shape[1], int(shape[2])
        genuine = hmac.compare_digest(shape[3], self._mark(kind, grant_id, generation))
        return (grant_id, generation) if genuine else None

    def _mark(self, kind: str, grant_id: str, generation: int) -> str:
        return _mac(self.secret, f"prakerja/sso-{kind}-token\n{grant_id}\n{generation}")


def _mac(secret: str, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).rstrip(b"=").decode()
