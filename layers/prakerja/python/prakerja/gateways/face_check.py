"""The face check: fulfils `prakerja.training.ports.FaceCheck`.

It answers ``MATCH`` or ``NO_MATCH`` about one photo. Whatever else comes is "unavailable": only an answer that we fully
understand may decide about a person. A repeat is safe, but it is the caller's: here each photo is sent once.
"""

from __future__ import annotations

import base64

from prakerja.gateways.http import Endpoint, post_json
from prakerja.training.ports import FaceOutcome


class HttpFaceCheck:
    """Asks over HTTP with an API key. ``person_id`` is the pseudonym under which a face stays enrolled there."""

    def __init__(self, base_url: str, api_key: str, *, connect_seconds: float = 2.0, read_seconds: float = 5.0) -> None:
        self._endpoint = Endpoint(
            "face check",
            base_url,
            headers={"x-api-key": api_key},
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
            max_body=4096,
        )

    def match(self, *, person_id: str, nik: str, photo: bytes) -> FaceOutcome:
        """See the port. A refused key or request is our own mistake, never the person's: it is "unavailable" too."""
        asked = {"subject": person_id, "nik": nik, "photo": base64.b64encode(photo).decode()}
        answer = post_json(self._endpoint, "/v1/match", asked)
        if answer.status != 200:
            raise answer.unavailable("no verdict")
        verdict = answer.json().get("result")
        if verdict not in tuple(FaceOutcome):
            raise answer.unavailable("an unknown result")
        return FaceOutcome(verdict)
