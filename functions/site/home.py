"""The front page: where people find themselves who followed no link of an institution."""

from __future__ import annotations

from prakerja.platform.web.answers import Page
from prakerja.platform.web.frame import Routes
from prakerja.platform.web.visit import Visit

page = Routes()


@page("GET", "/", opens="anybody")
def home(visit: Visit) -> Page:
    """Says who is signed in, and how to sign in or out."""
    return Page("home.html", {"signed_in": visit.person is not None})
