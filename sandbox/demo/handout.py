"""``.local/demo.json``: for whoever wants to try the running system with requests of their own."""

from __future__ import annotations

from typing import Any

from sandbox.demo.admin import Admin
from sandbox.demo.api import Api
from sandbox.demo.cast import Player, Role, claim_of
from sandbox.demo.files import Local, read_json, write_private
from sandbox.demo.inbox import Inbox
from sandbox.demo.keys import OPERATORS, PROVIDERS, Keys
from sandbox.demo.participant import Participant
from sandbox.demo.partners import described
from sandbox.demo.play import Play
from sandbox.demo.shop import SCOPES
from sandbox.demo.stages.buying import SECOND, on_sale
from sandbox.demo.stages.linking import BANKS, account_number, shopper
from sandbox.world.people import Person


class NothingPlayed(Exception):
    """There is no demo.json yet."""


def write_handout(play: Play, keys: Keys, strangers: list[Person]) -> dict[str, Any]:
    """Write it; answers it."""
    buyer, options, sold = shopper(play), play.options, on_sale(play, SECOND)
    document: dict[str, Any] = {
        "base_url": options.base_url,
        "inbox_url": f"{options.world_url}/inbox",
        "world_url": options.world_url,
        "offset_seconds": play.memory.offset_seconds,
        "institution": {
            **_institution(SECOND.institution, keys),
            "test_codes": play.operators[0].test_codes(SECOND.institution),
            "redeem_codes": [purchase.redeem_code for player in play.players for purchase in player.purchases[1:]],
        },
        "other_institution": _institution("lp_cipta_karya", keys),
        "platform": {
            "client_code": SECOND.platform,
            "sign_key": keys.partners[SECOND.platform],
            "course_code": SECOND.course_code,
            "schedule_code": sold.schedule_code,
            "amount": sold.price,
            "card_number": buyer.card,
        },
        "sso": _sso(SECOND.platform, keys),
        "sso_pkce": _sso("dp_pijar_mahir", keys),
        "operators": [
            {"name": operator.name, "roles": list(OPERATORS[operator.name]), "token": operator.token}
            for operator in play.operators
        ],
        "participant": {**_participant(buyer.who), "card_number": buyer.card},
        "candidate": _participant(_candidate(play).who),
        "open_wave_id": play.open_wave_id,
        "drawn_wave_id": play.wave_id,
        "members_with_an_open_course": [
            {"card_number": player.card, "token": player.who.tokens.access}
            for player in play.players
            if len(player.purchases) > 1 and player.who.tokens
        ],
        "newcomers": [_newcomer(person) for person in strangers],
    }
    write_private(options.local.handout, document)
    return document


def renew_tokens(local: Local, admin: Admin, api: Api, inbox: Inbox, keys: Keys) -> dict[str, Any]:
    """Sign operators, participant and candidate in again. Raises NothingPlayed."""
    document = read_json(local.handout)
    if not document:
        raise NothingPlayed("there is no demo.json yet: make run writes it")
    for operator in document["operators"]:
        operator["token"] = admin.sign_in_operator(operator["name"], keys.password(operator["name"]))
    for name in ("participant", "candidate"):
        old = document[name]
        who = Participant(api, inbox, old["phone"], old["email"], old["device_id"])
        who.sign_in("PHONE")
        document[name] = old | _participant(who)
    write_private(local.handout, document)
    return document


def note_time(local: Local, offset_seconds: int) -> None:
    """Programme time was moved."""
    document = read_json(local.handout)
    if document:
        write_private(local.handout, document | {"offset_seconds": offset_seconds})


def _candidate(play: Play) -> Player:
    """Somebody who is verified and has not joined: may join the open wave, and comes too late for the drawn one."""
    return next(player for player in play.players if player.role is Role.STAYS_AWAY)


def _participant(who: Participant) -> dict[str, Any]:
    if who.tokens is None:
        raise RuntimeError("not signed in")
    return {
        "person_id": who.tokens.person_id,
        "phone": who.phone,
        "email": who.email,
        "device_id": who.device_id,
        "token": who.tokens.access,
        "refresh_token": who.tokens.refresh,
    }


def _institution(client_code: str, keys: Keys) -> dict[str, Any]:
    return {
        "client_code": client_code,
        "sign_key": keys.partners[client_code],
        "redirect_uri": described(client_code)["redirect_uris"][0],
    }


def _sso(client_code: str, keys: Keys) -> dict[str, Any]:
    partner = described(client_code)
    return {
        "client_id": client_code,
        "sign_key": keys.partners[client_code],
        "redirect_uri": partner["sso_redirect_uris"][0],
        "login_uri": partner["sso_login_uris"][0],
        "scope": " ".join(SCOPES),
        "pkce_required": partner["pkce_required"],
    }


def _newcomer(person: Person) -> dict[str, Any]:
    return {
        "phone": person.phone,
        "email": person.email,
        "identity": claim_of(person),
        "accounts": {
            provider: account_number(provider, person.phone) if provider in BANKS else person.phone
            for provider in PROVIDERS
        },
    }
