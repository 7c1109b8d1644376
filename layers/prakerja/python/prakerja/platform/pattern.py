"""One family of items and the shape of its keys. The families are declared in ``access_patterns``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TableName = Literal["people", "programme", "evidence"]

_PART = re.compile(r"{(\w+)}")
_FORBIDDEN = re.compile(r"[#{}\x00-\x1f]")


@dataclass(frozen=True)
class Pattern:
    """One family of items. ``holds`` says in a sentence what it answers; it appears on the data-model page."""

    name: str
    table: TableName
    holds: str
    pk: str
    sk: str

    def key(self, **parts: str | int) -> dict[str, str]:
        """The full primary key. Raises ValueError for a missing, unknown, empty or '#'-bearing part."""
        needed = _PART.findall(self.pk + self.sk)
        if set(parts) != set(needed):
            raise ValueError(f"{self.name} needs {needed}, got {sorted(parts)}")
        return {"pk": self._fill(self.pk, parts), "sk": self._fill(self.sk, parts)}

    def partition(self, **parts: str | int) -> str:
        """The partition key alone, for listing."""
        return self._fill(self.pk, {name: parts[name] for name in _PART.findall(self.pk)})

    def sort_prefix(self, **parts: str | int) -> str:
        """The sort key up to its first part that is not given."""
        given = self.sk
        for name in _PART.findall(self.sk):
            if name not in parts:
                return self._fill(given.split("{" + name + "}")[0], parts)
        return self._fill(given, parts)

    def parse(self, item: dict[str, str]) -> dict[str, str]:
        """The parts back out of a key; the inverse of ``key``. Raises ValueError if the key is of another family."""
        found: dict[str, str] = {}
        for shape, text in ((self.pk, item["pk"]), (self.sk, item["sk"])):
            expression = _PART.sub(lambda m: f"(?P<{m[1]}>[^#]+)", shape)
            match = re.fullmatch(expression, text)
            if match is None:
                raise ValueError(f"{text!r} is not a key of {self.name}")
            found |= match.groupdict()
        return found

    def _fill(self, shape: str, parts: dict[str, str | int]) -> str:
        values = {name: str(parts[name]) for name in _PART.findall(shape)}
        for name, value in values.items():
            if not value or _FORBIDDEN.search(value):
                raise ValueError(f"{self.name}: {name} cannot be {value!r}")
        return shape.format(**values)
