"""A form with files, read into memory (RFC 7578)."""

from __future__ import annotations

from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from prakerja.platform.web.errors import NotAForm
from prakerja.platform.web.visit import MAX_FIELDS, Form


def read_multipart(body: bytes, content_type: str) -> Form:
    """Its fields and files. Raises NotAForm; ValueError for a field that is not UTF-8."""
    _, options = parse_options_header(content_type)
    if not options.get(b"boundary"):
        raise NotAForm
    reader = _Reader()
    try:
        parser = MultipartParser(options[b"boundary"], reader.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise NotAForm from None
    if not reader.complete:
        raise NotAForm
    return Form(
        {name: value.decode() for name, (value, is_file) in reader.parts.items() if not is_file},
        {name: bytes(value) for name, (value, is_file) in reader.parts.items() if is_file},
    )


class _Reader:
    """What the parser tells, put together."""

    def __init__(self) -> None:
        self.parts: dict[str, tuple[bytearray, bool]] = {}
        self.complete = False
        self._header, self._value, self._data = bytearray(), bytearray(), bytearray()
        self._disposition = b""

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._disposition, self._data = b"", bytearray()

    def _end_header(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode()
        if not name or len(self.parts) >= MAX_FIELDS:
            raise NotAForm
        self.parts.setdefault(name, (self._data, b"filename" in options))

    def _finish(self) -> None:
        self.complete = True
