"""Signing in with a browser: address, code, and back to the page that asked for it. No script, no password.

A session goes on silently while its refresh token lives: whoever comes here with one is sent on at once. Neither of the
first two pages shows whether an address has an account; the code page does not even look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from functions.sign_in.answers import code_key, token_keys
from functions.sign_in.cookies import REFRESH_COOKIE, device_cookie, device_of, no_session, session_cookies
from prakerja.platform.addresses import local_path
from prakerja.platform.problems import Problem
from prakerja.platform.web.answers import Page, Redirect
from prakerja.platform.web.frame import SIGN_IN, Pages, Routes, told
from prakerja.platform.web.visit import Visit
from prakerja.registration.errors import SessionOver, TooManyCodes, WrongCode
from prakerja.registration.model.address import Channel, normalised
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.service.sessions import refresh_session, sign_out
from prakerja.registration.service.sign_in import resend_sign_in, start_sign_in, verify_sign_in
from prakerja.wiring import form_secret, platform, visitor

CODE_PAGE = SIGN_IN + "/kode/<challenge_id>"
SIGN_OUT = SIGN_IN + "/keluar"
CODE_DIGITS = 6
_CODE_PAGE: Mapping[str, Any] = {"problem": None, "wrong": False, "sent_again": False}
_NOT_DIGITS = re.compile(r"[^0-9]")

page = Routes()


@page("GET", SIGN_IN, opens="anybody")
def ask_address(visit: Visit) -> Page | Redirect:
    """Go on with the session of this browser, or ask where a code is to be sent."""
    p, device, goal = platform(), device_of(visit), local_path(visit.query.get("next"))
    cookies: tuple[str, ...] = ()
    if device and (token := visit.cookies.get(REFRESH_COOKIE)):
        try:
            session = refresh_session(p, token_keys(), refresh_token=token, device_id=device)
        except SessionOver:
            cookies = no_session(p)
        else:
            return Redirect(goal, session_cookies(p, session))
    if not device:
        device = p.ids.new()
        cookies += (device_cookie(p, device),)
    return _start(goal, cookies=cookies, holder=device, signed_out="keluar" in visit.query)


@page("POST", SIGN_IN, opens="anybody")
def send_code(visit: Visit) -> Page | Redirect:
    """Have a code sent to a phone number or an e-mail address."""
    goal, address = local_path(visit.form.get("next")), visit.form.get("address")
    channel = Channel.EMAIL if "@" in address else Channel.PHONE
    try:
        normal = normalised(channel, address)
    except ValueError as error:
        english, _, indonesian = str(error).partition(" | ")
        title = visit.say("Alamat belum benar", "The address is not right")
        words = visit.say(f"Isian {indonesian}.", f"It {english}.")
        return _start(goal, status=422, problem=(title, words), address=address)
    try:
        challenge = start_sign_in(
            platform(), channel=channel, address=normal, device_id=device_of(visit), key=visit.key
        )
    except TooManyCodes as problem:
        return _start(goal, status=429, retry_after=problem.retry_after, problem=told(problem, visit), address=address)
    return _to_code(challenge, goal)


@page("GET", CODE_PAGE, opens="anybody")
def ask_code(visit: Visit) -> Page:
    """Ask for the code. Looks nothing up."""
    return _code(visit, visit.query, sent_again="lagi" in visit.query)


@page("POST", CODE_PAGE, opens="anybody")
def give_code(visit: Visit) -> Page | Redirect:
    """Give the code back. A verified person on a new browser is asked for the code of the other contact, too."""
    p, goal = platform(), local_path(visit.form.get("next"))
    challenge_id, code = visit.params["challenge_id"], _NOT_DIGITS.sub("", visit.form.get("code"))
    if len(code) != CODE_DIGITS:  # counts as no try
        title = visit.say("Kode terdiri dari 6 angka", "The code has 6 digits")
        words = visit.say(
            "Lihat pesan terbaru, lalu ketik semua angkanya.", "Look at the newest message; type all of them."
        )
        return _code(visit, visit.form.fields, status=422, problem=(title, words), wrong=True)
    try:
        result = verify_sign_in(p, code_key(), challenge_id=challenge_id, code=code, device_id=device_of(visit))
    except Problem as problem:
        return _refused(visit, problem)
    if isinstance(result, Challenge):
        return _to_code(result, goal, kedua="1")
    return Redirect(goal, session_cookies(p, result))


@page("POST", CODE_PAGE + "/ulang", opens="anybody")
def send_code_again(visit: Visit) -> Page | Redirect:
    """Have the code sent once more."""
    challenge_id = visit.params["challenge_id"]
    try:
        challenge = resend_sign_in(platform(), challenge_id=challenge_id, device_id=device_of(visit), key=visit.key)
    except Problem as problem:
        return _refused(visit, problem)
    again = {name: visit.form.get(name) for name in ("kedua",) if visit.form.get(name)}
    return _to_code(challenge, local_path(visit.form.get("next")), lagi="1", **again)


@page("GET", SIGN_OUT, opens="anybody")
def ask_sign_out(visit: Visit) -> Page:
    """Ask before the session ends: a link of another site must not do it."""
    return Page("sign_out.html")


@page("POST", SIGN_OUT, opens="anybody")
def end_session(visit: Visit) -> Redirect:
    """End the session of this browser; doing it twice is no different."""
    p = platform()
    try:
        session_id, _ = token_keys().read_refresh_token(visit.cookies.get(REFRESH_COOKIE, ""))
        sign_out(p, session_id=session_id)
    except SessionOver:  # it has no session of ours
        pass
    return Redirect(f"{SIGN_IN}?keluar=1", no_session(p))


def _start(
    goal: str,
    *,
    status: int = 200,
    retry_after: int | None = None,
    cookies: tuple[str, ...] = (),
    holder: str | None = None,
    **values: Any,
) -> Page:
    values = {"problem": None, "address": "", "signed_out": False, **values, "goal": goal}
    return Page("start.html", values, status, cookies, retry_after, holder=holder)


def _code(
    visit: Visit, given: Mapping[str, str], *, status: int = 200, retry_after: int | None = None, **values: Any
) -> Page:
    """The code page; ``given`` says where to go then, and which channel the code took."""
    here = CODE_PAGE.replace("<challenge_id>", visit.params["challenge_id"])
    shown = {
        "here": here,
        "goal": local_path(given.get("next")),
        "channel": "EMAIL" if given.get("lewat") == "EMAIL" else "PHONE",
        "second": given.get("kedua") == "1",
    }
    return Page("code.html", {**_CODE_PAGE, **shown, **values}, status, retry_after=retry_after)


def _refused(visit: Visit, problem: Problem) -> Page:
    """The code page again, with what was wrong."""
    return _code(
        visit,
        visit.form.fields,
        status=problem.status,
        retry_after=problem.retry_after,
        problem=told(problem, visit),
        wrong=isinstance(problem, WrongCode),
    )


def _to_code(challenge: Challenge, goal: str, **more: str) -> Redirect:
    here = CODE_PAGE.replace("<challenge_id>", challenge.challenge_id)
    return Redirect(f"{here}?{urlencode({'next': goal, 'lewat': challenge.channel.value, **more})}")


pages = Pages(
    "sign-in",
    page,
    Path(__file__).with_name("templates"),
    platform=platform,
    visitor=visitor,
    secret=form_secret,
    holder=device_of,
)
