"""Ask a deployed system a few questions that change nothing: ``python -m tests.e2e.smoke http://127.0.0.1:8080``.

It needs no account and no packages. Each question shows that another part is there: the gateways, the functions behind
them, their rights on the tables, the refusal of strangers. Status 1 if an answer is not what it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class Question:
    """A request and what its answer must be. ``has``: members of the JSON object; ``slug``: end of a problem's type."""

    method: str
    path: str
    status: int
    content_type: str = "application/json"
    has: tuple[str, ...] = ()
    slug: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


PROBLEM = "application/problem+json"
PARTNER = "/api/v1/integration/payment/redeem-code/status"
QUESTIONS = (
    Question("GET", "/docs/participant", 200, "text/html"),
    Question("GET", "/docs/participant/openapi.json", 200, has=("openapi", "paths")),
    Question("GET", "/docs/operator", 200, "text/html"),
    Question("GET", "/.well-known/jwks.json", 200, has=("keys",)),
    Question("GET", "/v1/waves", 200, has=("waves",)),
    Question("GET", "/v1/regions", 200),
    Question("GET", "/v1/waves/00000000-0000-4000-8000-000000000000", 404, PROBLEM, has=("correlation_id",)),
    Question("GET", "/v1/identity", 401, PROBLEM, slug="not-signed-in"),
    Question("GET", "/operator/v1/payout-runs", 401, PROBLEM, slug="not-signed-in"),
    Question("DELETE", "/v1/waves", 405, PROBLEM, slug="method-not-allowed"),
    Question("GET", "/v1/there-is-no-such-thing", 404, PROBLEM, slug="not-found"),
    Question("GET", "/masuk", 200, "text/html"),
    Question("GET", "/", 200, "text/html"),
    Question("GET", "/there-is-no-such-page", 404, "text/html", headers={"Accept": "text/html"}),
    Question("GET", "/there-is-no-such-page", 404, PROBLEM, slug="not-found", headers={"Accept": "application/json"}),
    Question("POST", "/api/v1/oauth/token", 400, has=("code", "message"), body={"code": "none"}),
    Question("POST", PARTNER, 401, has=("code", "message"), body={"redeem_code": "none", "sequence": 1}),
    Question("POST", f"/{PARTNER}/", 401, has=("code", "message"), body={"redeem_code": "none", "sequence": 1}),
)


def ask(base_url: str, question: Question) -> list[str]:
    """What is wrong with the answer; empty: nothing."""
    data = json.dumps(question.body).encode() if question.body is not None else None
    headers = {"Content-Type": "application/json", "Accept-Language": "en", **question.headers}
    request = urllib.request.Request(base_url.rstrip("/") + question.path, data, headers, method=question.method)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            status, kind, text = answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as refusal:
        status, kind, text = refusal.code, refusal.headers.get_content_type(), refusal.read()
    except OSError as failure:
        return [f"no answer: {failure}"]
    wrong = []
    if status != question.status:
        wrong.append(f"status {status} instead of {question.status}")
    if kind != question.content_type:
        wrong.append(f"{kind} instead of {question.content_type}")
    document = json.loads(text) if kind.endswith("json") else {}
    wrong += [f"no {name!r} in the answer" for name in question.has if name not in document]
    if question.slug and not str(document.get("type", "")).endswith(f"/{question.slug}"):
        wrong.append(f"type {document.get('type')!r} instead of …/{question.slug}")
    return wrong


def address(text: str) -> str:
    """The base address of a system. Raises argparse.ArgumentTypeError unless it is http(s) with a host."""
    try:
        parts = urllib.parse.urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or a host that is none
        sound = False
    if not sound:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address like http://127.0.0.1:8080")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask all of them; answers the exit status (argparse ends with 2 for a bad address)."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.e2e.smoke", description="Ask a deployed system a few questions that change nothing."
    )
    parser.add_argument("url", nargs="?", type=address, default="http://127.0.0.1:8080", help="default: %(default)s")
    base_url = parser.parse_args(arguments).url
    failed = 0
    for question in QUESTIONS:
        wrong = ask(base_url, question)
        failed += bool(wrong)
        print("wrong" if wrong else "   ok", question.method, question.path, "; ".join(wrong))
    print(f"{len(QUESTIONS) - failed} of {len(QUESTIONS)} answers are right")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
