"""Call-backs of providers: is it theirs, and which transfer does it speak of? Pure.

The standard has no notice for single transfers, so every provider makes its own. A call-back is a hint to inquire;
it is verified all the same, so that nobody else can make us ask.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from prakerja.payouts.answers import Callback, CallbackAnswer, TransferStatus

from .classify import status_of
from .profiles import CallbackStyle, Profile
from .reading import read_object, text_of
from .signing import Encoding, minify, timestamp, transaction_text

_LONGEST = 65_536
_MOUNT = "/callbacks/snap/{}"
_REFERENCE_FIELDS = ("originalPartnerReferenceNo", "partnerReferenceNo", "partner_reference_no")
_MIDTRANS_STATUSES: Mapping[str, TransferStatus] = {
    "completed": TransferStatus.PAID,
    "failed": TransferStatus.FAILED,
    "rejected": TransferStatus.FAILED,
    "processed": TransferStatus.PENDING,
    "queued": TransferStatus.PENDING,
}


def verify_callback(
    profile: Profile, key: str, method: str, path: str, headers: Mapping[str, str], raw: bytes
) -> Callback | None:
    """The call-back if its signature is right, else None: nothing in a body is read before that.

    ``path`` as received, with its query. ``key``: the provider's public key (PEM), or the shared key of the older
    style. ``raw`` as received: a body that was changed on the way is refused even if its meaning survived.
    """
    if len(raw) > _LONGEST:
        return None
    names = {name.lower(): value for name, value in headers.items()}
    if profile.callback is CallbackStyle.MIDTRANS:
        genuine = _shared(key, names.get("iris-signature", ""), raw)
    else:
        signed = path.removeprefix(_MOUNT.format(profile.name.lower())) if profile.callback_path_below else path
        genuine = _signed(profile, key, method, signed, names, raw)
    return _read(profile, raw) if genuine else None


def callback_answer(profile: Profile, callback: Callback | None, at: datetime) -> CallbackAnswer:
    """Success, so that the provider stops repeating; for None the same 401 whatever was wrong."""
    service = profile.callback_service
    code, message = ("200", "Successful") if callback else ("401", "Unauthorized. Invalid Signature")
    document = {"responseCode": f"{code}{service}00", "responseMessage": message}
    return CallbackAnswer(
        status=int(code),
        headers={"content-type": "application/json", "x-timestamp": timestamp(at)},
        body=json.dumps(document, separators=(",", ":")).encode(),
    )


def _shared(key: str, said: str, raw: bytes) -> bool:
    expected = hashlib.sha512(raw + key.encode()).hexdigest()
    return bool(key) and hmac.compare_digest(expected.encode(), said.strip().lower().encode())


def _signed(profile: Profile, key: str, method: str, path: str, names: Mapping[str, str], raw: bytes) -> bool:
    signature, at = _bytes(names.get("x-signature", ""), profile.encoding), names.get("x-timestamp", "")
    public = load_pem_public_key(key.encode())
    if signature is None or not at or not isinstance(public, RSAPublicKey):
        return False
    # As received first, then without white space: some providers sign the compact form and send the spaced one.
    for body in (raw, minify(raw)):
        text = transaction_text(method, path, None, hashlib.sha256(body).hexdigest(), at)
        try:
            public.verify(signature, text.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return True
    return False


def _bytes(text: str, encoding: Encoding) -> bytes | None:
    try:
        return bytes.fromhex(text) if encoding is Encoding.HEX else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _read(profile: Profile, raw: bytes) -> Callback:
    body = read_object(raw) or {}
    reference = next((text for name in _REFERENCE_FIELDS if (text := text_of(body.get(name)))), None)
    return Callback(profile.name, reference, _claim(profile, body), hashlib.sha256(raw).hexdigest())


def _claim(profile: Profile, body: Mapping[str, Any]) -> TransferStatus:
    if profile.callback is CallbackStyle.MIDTRANS:
        return _MIDTRANS_STATUSES.get(str(body.get("status")), TransferStatus.UNPROVEN)
    return status_of(body.get("latestTransactionStatus"))
