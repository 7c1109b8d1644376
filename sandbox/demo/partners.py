"""The stand-in partners of a run, as the seeded register describes them."""

from __future__ import annotations

from typing import Any

from sandbox.demo.api import Api
from sandbox.demo.files import read_json
from sandbox.demo.keys import Keys
from sandbox.demo.lms import Lms
from sandbox.demo.shop import Shop
from sandbox.seed import CATALOGUE

COMMITS = ("lp_nusa_digital",)
"""Institutions whose client is as old as 2022: it declares a code used, instead of by the first attendance."""


def described(client_code: str) -> dict[str, Any]:
    """A partner in the seed."""
    found: dict[str, Any] = next(one for one in _register() if one["client_code"] == client_code)
    return found


def shops(api: Api, keys: Keys) -> dict[str, Shop]:
    """Platforms whose key is known."""
    return {
        one["client_code"]: Shop(
            api,
            one["client_code"],
            keys.partners[one["client_code"]],
            return_to=next(iter(one.get("sso_redirect_uris", ())), ""),
            fail_to=next(iter(one.get("sso_login_uris", ())), ""),
            pkce=one.get("pkce_required", False),
        )
        for one in _register()
        if one["kind"] == "PLATFORM" and one["client_code"] in keys.partners
    }


def schools(api: Api, keys: Keys) -> dict[str, Lms]:
    """Institutions whose key is known."""
    return {
        one["client_code"]: Lms(
            api,
            one["client_code"],
            keys.partners[one["client_code"]],
            return_to=one["redirect_uris"][0],
            commits=one["client_code"] in COMMITS,
        )
        for one in _register()
        if one["kind"] == "INSTITUTION" and one["client_code"] in keys.partners
    }


def _register() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_json(CATALOGUE)["partners"]
    return found
