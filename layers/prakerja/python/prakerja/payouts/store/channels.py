"""The items of channels. Few writes: a switch, an opening, a probe, a closing."""

from __future__ import annotations

from boto3.dynamodb.conditions import Attr

from prakerja.payouts.channels import EVERYBODY, Channel, Gate
from prakerja.payouts.errors import ChannelMoved
from prakerja.platform.access_patterns import CHANNEL
from prakerja.platform.parts import Item, Part, put
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table


def load_channel(table: Table, provider: str) -> Channel:
    """One channel (``EVERYBODY``: that of all); strongly consistent. One never touched is flowing."""
    return _channel(provider, table.get(CHANNEL, provider=provider))


def load_gate(table: Table, provider: str) -> Gate:
    """A provider's channel and that of all, eventually consistent: asked before each sending."""
    wanted = [(CHANNEL, {"provider": name}) for name in (provider, EVERYBODY)]
    own, everybody = table.batch_get(*wanted, consistent=False)
    return Gate(_channel(provider, own), _channel(EVERYBODY, everybody))


def change_channel(before: Channel, after: Channel) -> Part:
    """Store a channel whole, if nobody has written it since ``before`` was read."""
    unseen = Attr("version").eq(before.version) if before.version else Attr("version").not_exists()
    return put(CHANNEL, item_of(after), when=unseen, error=ChannelMoved(), provider=after.provider)


def _channel(provider: str, item: Item | None) -> Channel:
    return Channel(provider) if item is None else record_of(Channel, item)
