"""Logs and metrics. One JSON line per event, with the correlation id; personal data is masked on the way out."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Prakerja"

_correlation_id: ContextVar[str] = ContextVar("correlation_id", default="-")

_MASKS = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "<token>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[\w.-]{16,}"), "<token>"),
    (re.compile(r"(?<![\w.])(?:\+?62|0)8\d{7,11}(?!\w)"), "<phone>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<e-mail>"),
    (re.compile(r"(?<![\w-])\d{16}(?![\w-])"), "<16 digits>"),
    (re.compile(r"(?<![\w-])\d{6}(?![\w-])"), "<6 digits>"),
)
"""Shapes that must not be logged: tokens (JWT; id and MAC), phones, e-mails, NIK/KK/card numbers, one-time codes."""


def masked(text: str) -> str:
    """Replace everything that looks like personal data or a secret."""
    for shape, word in _MASKS:
        text = shape.sub(word, text)
    return text


class _MaskingFormatter(LambdaPowertoolsFormatter):
    def serialize(self, log: Any) -> str:
        return super().serialize(_masked_values(log))


def _masked_values(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _masked_values(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked_values(inner) for inner in value]
    if value is None or isinstance(value, (int, float)):
        return value
    return masked(str(value))  # exceptions and the like: json would print them as they are


log = Logger(service=None, logger_formatter=_MaskingFormatter(utc=True), log_uncaught_exceptions=False)
"""The logger of this process; the service name comes from POWERTOOLS_SERVICE_NAME."""

metrics = Metrics(namespace=NAMESPACE)


def correlation_id() -> str:
    """The id that ties together everything one request caused."""
    return _correlation_id.get()


def begin(correlation: str) -> None:
    """Start work under this correlation id; log lines and outbox rows carry it from here on."""
    _correlation_id.set(correlation)
    log.set_correlation_id(correlation)


def count(name: str, amount: int = 1, **dimensions: str) -> None:
    """Write one metric as an EMF log line at once (a killed function loses nothing that happened before)."""
    single = Metrics(namespace=NAMESPACE, service=log.service)
    for dimension, value in dimensions.items():
        single.add_dimension(dimension, value)
    single.add_metric(name=name, unit=MetricUnit.Count, value=amount)
    single.flush_metrics()
