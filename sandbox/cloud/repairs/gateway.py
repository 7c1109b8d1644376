"""Repairs of HTTP APIs: requests and answers as API Gateway shapes them."""

from __future__ import annotations

import json
import logging
from typing import Any

from ministack.services import lambda_svc

from .patch import replace

ANSWER_BYTES = 6 * 1024 * 1024  # AWS: payload of a synchronous Lambda invocation
_FAILED = {
    "statusCode": 500,
    "headers": {"Content-Type": "application/json"},
    "body": '{"message":"Internal Server Error"}',
}

log = logging.getLogger("gateway")


def apply() -> None:
    replace(lambda_svc, "_execute_function_with_config_scope", cookies_array)
    replace(lambda_svc, "lambda_execute_result_to_api_proxy_response", failures_without_text)


def cookies_array(stock: Any) -> Any:
    """A request's cookies arrive as a header.

    Code that reads `event["cookies"]`, as payload format 2.0 has it, would find none. AWS gives an array and no
    header.
    """

    def execute(func: dict[str, Any], event: Any) -> Any:
        if isinstance(event, dict) and event.get("version") == "2.0" and "cookie" in event.get("headers", {}):
            event["cookies"] = [cookie for cookie in event["headers"].pop("cookie").split("; ") if cookie]
        return stock(func, event)

    return execute


def failures_without_text(stock: Any) -> Any:
    """A handler that fails answers 502 with the text of its exception, and an answer may have any size.

    The text may hold personal data. AWS answers 500 `{"message":"Internal Server Error"}` for both.
    """

    def respond(result: dict[str, Any]) -> Any:
        if result.get("error") and not result.get("throttle"):
            log.warning("an API function failed: %s", result.get("log") or result.get("body"))
            return dict(_FAILED), None
        body = result.get("body")
        if len(body if isinstance(body, str) else json.dumps(body)) > ANSWER_BYTES:
            log.warning("an API function answered more than %d bytes", ANSWER_BYTES)
            return dict(_FAILED), None
        return stock(result)

    return respond
