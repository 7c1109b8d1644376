"""Pages: a request in, HTML out, and the same order of checks for all.

Route → where a form comes from → who is asking → the form and its token → the page. Whatever happens, a person gets a
page in plain words with the correlation id to tell us; a program that asks for JSON gets a problem (RFC 9457).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

from prakerja.platform import Platform
from prakerja.platform.auth import Participant
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin, correlation_id, count, log
from prakerja.platform.problems import MethodNotAllowed, NotFound, Problem, Unexpected
from prakerja.platform.rendering import PROBLEM_JSON, problem_json
from prakerja.platform.web.answers import Page, Redirect, cookie, rendered, security_headers
from prakerja.platform.web.errors import StaleForm
from prakerja.platform.web.forms import FormSigner, check_sender
from prakerja.platform.web.visit import LANGUAGE, Event, SignInFirst, Visit, form_of, visit_of

Answer = dict[str, Any]
Show = Callable[[Visit], Page | Redirect]
Opens = Literal["anybody", "person", "link"]
"""Who may see a page: anybody, somebody who is signed in, or whoever has its unguessable link and whom the page lets."""

ACCESS_COOKIE = "prakerja_access"
SIGN_IN = "/masuk"
SMALL_FORM = 16 * 1024
YEAR = 365 * 24 * 3600
_CORRELATION = re.compile(r"[A-Za-z0-9-]{8,64}")
_IN_PATHS = "!$%&'()*+,-./:;=?@[]_~"
_API = ("/v1", "/operator")


@dataclass(frozen=True)
class Route:
    """One address. ``<name>`` in the path stands for a part without slashes; ``body``: bytes a form may have."""

    method: str
    path: str
    show: Show
    opens: Opens
    body: int

    def match(self, path: str) -> dict[str, str] | None:
        """The parts of a path that is this route's, or None."""
        found = re.fullmatch(re.sub(r"<(\w+)>", r"(?P<\1>[A-Za-z0-9_-]{1,64})", self.path), path)
        return found.groupdict() if found else None


class Routes(list[Route]):
    """The routes of one module."""

    def __call__(self, method: str, path: str, *, opens: Opens, body: int = SMALL_FORM) -> Callable[[Show], Show]:
        """Decorator. ``opens`` says who may see the page."""

        def add(show: Show) -> Show:
            self.append(Route(method, path, show, opens, body))
            return show

        return add


class Pages:
    """The pages of one function. ``pages(event, context)`` is its handler."""

    def __init__(
        self,
        audience: str,
        routes: Iterable[Route],
        templates: Path,
        *,
        platform: Callable[[], Platform],
        visitor: Callable[[str], Participant | None],
        secret: Callable[[], str],
        holder: Callable[[Visit], str],
    ) -> None:
        """``visitor`` tells who has an access token, ``secret`` signs forms, ``holder`` tells whose they are."""
        self.audience = audience
        self.routes = tuple(routes)
        self._templates = templates
        self._platform = platform
        self._visitor = visitor
        self._secret = secret
        self._holder = holder

    def __call__(self, event: Event, context: Any) -> Answer:
        given = (event.get("headers") or {}).get("x-correlation-id", "")
        begin(given if _CORRELATION.fullmatch(given) else RandomIds().new())
        visit = visit_of(event)
        try:
            answer = self._answer(event, visit)
        except Problem as problem:
            answer = self._refusal(visit, problem)
        except Exception:  # the last line of defence: a person must get a page, and we must get the trace
            # not the path: it may hold what only its visitor should know
            log.exception("unforeseen", route=next((r.path for r in self.routes if r.match(visit.path)), None))
            count("Unforeseen", audience=self.audience)
            answer = self._refusal(visit, Unexpected())
        answer["headers"]["x-correlation-id"] = correlation_id()
        count("Request", audience=self.audience, status=str(answer["statusCode"])[0] + "xx")
        return answer

    def _answer(self, event: Event, visit: Visit) -> Answer:
        route, params = self._route(visit)
        visit = replace(visit, params=params, person=self._visitor(visit.cookies.get(ACCESS_COOKIE, "")))
        try:
            if route.method == "POST":
                check_sender(visit, self._platform().settings.site_url)
            if route.opens == "person":
                visit.signed_in()
            if route.method == "POST":
                visit = self._sent(event, visit, route)
            shown = route.show(visit)
        except SignInFirst:
            back = quote(visit.address, safe=_IN_PATHS)
            shown = Redirect(f"{SIGN_IN}?{urlencode({'next': back})}")
        return self._shown(visit, shown)

    def _route(self, visit: Visit) -> tuple[Route, dict[str, str]]:
        here = [(route, params) for route in self.routes if (params := route.match(visit.path)) is not None]
        for route, params in here:
            if route.method == visit.method:
                return route, params
        if here:
            raise MethodNotAllowed(allow=", ".join(sorted(route.method for route, _ in here)))
        raise NotFound

    def _sent(self, event: Event, visit: Visit, route: Route) -> Visit:
        form = form_of(event, visit.headers, route.body)
        signer = FormSigner(self._secret(), self._holder(visit))
        try:
            key = signer.check(form.get("token"), visit.path, self._platform().clock.wall())
        except StaleForm:
            if route.opens == "link":  # it may be the form of a session whose access token has run out
                visit.signed_in()
            raise
        return replace(visit, form=form, key=key)

    def _shown(self, visit: Visit, shown: Page | Redirect) -> Answer:
        if isinstance(shown, Redirect):
            headers = {"Location": shown.to, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
            return _response(303, headers, "", shown.cookies)
        cookies = shown.cookies
        if visit.query.get("lang") == visit.language:
            cookies += (cookie(LANGUAGE, visit.language, path="/", seconds=YEAR, secure=self._secure),)
        headers = security_headers(shown.form_to, secure=self._secure) | {"Content-Language": visit.language}
        if shown.retry_after is not None:
            headers["Retry-After"] = str(shown.retry_after)
        return _response(shown.status, headers, self._html(visit, shown), cookies)

    def _html(self, visit: Visit, page: Page) -> str:
        def token(action: str) -> str:
            p = self._platform()
            holder = page.holder if page.holder is not None else self._holder(visit)
            path = action.partition("?")[0]
            return FormSigner(self._secret(), holder).token(path, p.ids.new(), p.clock.wall())

        other = "id" if visit.language == "en" else "en"
        query = {**visit.query, "lang": other} if visit.method == "GET" else {"lang": other}
        elsewhere = f"{visit.path}?{urlencode(query)}"
        return rendered(
            self._templates, page, say=visit.say, token=token, language=visit.language, other=other, elsewhere=elsewhere
        )

    def _refusal(self, visit: Visit, problem: Problem) -> Answer:
        accepts = visit.headers.get("accept", "")
        if visit.path.startswith(_API) or ("application/json" in accepts and "text/html" not in accepts):
            body, headers = problem_json(problem, visit.language)
            return _response(problem.status, {"Content-Type": PROBLEM_JSON, **headers}, body, ())
        title, detail = told(problem, visit)
        values = {"title": title, "detail": detail, "reference": correlation_id()}
        answer = self._shown(visit, Page("error.html", values, problem.status, retry_after=problem.retry_after))
        if isinstance(problem, MethodNotAllowed):
            answer["headers"]["Allow"] = str(problem.facts["allow"])
        return answer

    @property
    def _secure(self) -> bool:
        return self._platform().settings.stage != "local"


def told(problem: Problem, visit: Visit) -> tuple[str, str]:
    """(title, detail) of a problem for people, who know nothing of headers."""
    title, detail = problem.text(visit.language)
    if problem.retry_after is not None and "Retry-After" in detail:
        wait = _span(problem.retry_after, visit)
        detail = visit.say(f"Coba lagi dalam {wait}.", f"Try again in {wait}.")
    return title, detail


def _span(seconds: int, visit: Visit) -> str:
    for size, indonesian, english in ((3600, "jam", "hours"), (60, "menit", "minutes")):
        if seconds >= 2 * size:
            return f"{-(-seconds // size)} {visit.say(indonesian, english)}"
    return f"{seconds} {visit.say('detik', 'seconds')}"


def _response(status: int, headers: dict[str, str], body: str, cookies: tuple[str, ...]) -> Answer:
    answer: Answer = {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
    return {**answer, "cookies": list(cookies)} if cookies else answer
