"""Reading requests and writing errors, the same way in every stand-in."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Body = TypeVar("Body", bound=BaseModel)


async def read(request: Request, model: type[Body], *, form: bool = False) -> Body:
    """The JSON body as a model; with ``form``, also what a page's form sends.

    Raises HTTPException 400 that names the fields, never the values.
    """
    raw = await request.body()
    try:
        if form and not raw.lstrip().startswith(b"{"):
            return model.model_validate(dict(parse_qsl(raw.decode("utf-8", "replace"))))
        return model.model_validate_json(raw)
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise HTTPException(400, "; ".join(faults)) from None


def wants_page(request: Request) -> bool:
    """A browser asks for text/html; curl and programs do not."""
    return "text/html" in request.headers.get("accept", "")


def whole_number(request: Request, name: str, default: int, most: int) -> int:
    """A query parameter from 0 to ``most``. Raises HTTPException 400."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise HTTPException(400, f"{name}: a whole number is needed")
    return min(int(text), most)


async def error_answer(request: Request, error: Exception) -> Response:
    """HTTPException as JSON."""
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
