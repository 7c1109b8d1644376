"""moto without what it does in vain, which takes longer than most tests. Importing this is enough.

* For each symmetric key it makes an RSA key that nobody uses.
* For each item of a transaction it copies the whole table, down to each number and text, which never change.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import moto.kms.models
from moto.dynamodb.models.dynamo_type import DynamoType

_FIXED = frozenset({"S", "N", "B", "BOOL", "NULL"})
_copied = DynamoType.__deepcopy__


def _shared(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
    return value if value.type in _FIXED else _copied(value, memo)


DynamoType.__deepcopy__ = _shared  # type: ignore[assignment,method-assign]
moto.kms.models.generate_private_key = cache(moto.kms.models.generate_private_key)  # type: ignore[attr-defined]
