"""How a problem is told over HTTP: in the reader's language, as RFC 9457 JSON. Shared by the APIs and the pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from prakerja.platform.observability import correlation_id
from prakerja.platform.problems import Problem

PROBLEM_JSON = "application/problem+json"
PROBLEM_TYPE = "https://prakerja.example/problems/"


def preferred_language(headers: Mapping[str, str]) -> str:
    """``"en"`` if ``Accept-Language`` asks for English before Indonesian, else ``"id"``."""
    for choice in headers.get("accept-language", "").lower().split(","):
        if choice.strip().startswith(("id", "en")):
            return choice.strip()[:2]
    return "id"


def problem_json(problem: Problem, language: str) -> tuple[str, dict[str, str]]:
    """The body of a problem, with the correlation id to tell us, and its headers."""
    title, detail = problem.text(language)
    body: dict[str, Any] = {
        "type": PROBLEM_TYPE + problem.slug,
        "title": title,
        "status": problem.status,
        "detail": detail,
        "correlation_id": correlation_id(),
        **problem.facts,
    }
    if problem.errors:
        body["errors"] = problem.errors
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return json.dumps(body, ensure_ascii=False), headers
