"""What the code contains, found by importing all of it: the functions' APIs, messages and problems."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import functions
import prakerja
from infra.config import PROVIDERS
from infra.functions import FUNCTIONS
from prakerja.platform.http import Api
from prakerja.platform.outbox import Message
from prakerja.platform.problems import Problem, all_problems
from prakerja.registration.model.address import Channel


@cache
def modules() -> dict[str, ModuleType]:
    """Every module of the package and of the functions, imported, by dotted name."""
    return {
        found.name: importlib.import_module(found.name)
        for package in (prakerja, functions)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    }


def apis() -> dict[str, Api]:
    """Function → its API, for those that serve one with published routes."""
    handlers = {
        name.split(".")[1]: getattr(module, "handler", None)
        for name, module in modules().items()
        if name.startswith("functions.") and name.endswith(".handler")
    }
    return {name: handler for name, handler in handlers.items() if isinstance(handler, Api)}


def messages() -> list[type[Message]]:
    """Every message that somebody publishes, by topic."""
    modules()
    return sorted(filter(_deployed, _below(Message)), key=lambda message: message.topic)


def problems() -> list[type[Problem]]:
    """Every problem that a caller can see: those with a slug of their own. The others are a context's inner signals."""
    modules()
    found = dict.fromkeys(filter(_deployed, all_problems()))
    return [problem for problem in found if problem is not Problem and "slug" in vars(problem)]


def queues_of(message: type[Message]) -> tuple[str, ...]:
    """Where a message can go; one queue per payment provider or channel if its own fields decide."""
    if message.queues is Message.queues:
        return (message.queue,)
    found: list[str] = []
    for decisive in PROVIDERS if "provider" in message.model_fields else Channel:
        fields: dict[str, Any] = dict.fromkeys(message.model_fields, decisive)
        found += message.model_construct(**fields).queues()
    return tuple(found)


def consumer(queue: str) -> str | None:
    """The function that consumes a queue."""
    return next((entry.name for entry in FUNCTIONS if queue in {own.name for own in entry.queues}), None)


def _deployed(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in ("prakerja", "functions")


def _below(base: type[Message]) -> Iterator[type[Message]]:
    for child in base.__subclasses__():
        yield child
        yield from _below(child)
