"""The part of ``access_patterns`` about "log in with Prakerja".

Import them from ``access_patterns``, which declares everything.
"""

from __future__ import annotations

from prakerja.platform.pattern import Pattern

SSO_CODE = Pattern(
    "sso_code",
    "programme",
    "what a person agreed that a client may read, until the client fetches its tokens; keyed by the code's hash",
    "SSO_CODE#{digest}",
    "CODE",
)
SSO_GRANT = Pattern(
    "sso_grant",
    "programme",
    "what a client may read of a person, until when, and which of its tokens are current",
    "SSO_GRANT#{grant_id}",
    "GRANT",
)
SSO_CONSENT = Pattern(
    "sso_consent",
    "programme",
    "a grant as its person sees it, who may take it back",
    "PERSON#{person_id}",
    "SSO_CONSENT#{client_code}#{grant_id}",
)
