"""What a request brought, read as leniently as it can be: a diagnosis has to read what an endpoint refuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal
from urllib.parse import parse_qsl

import orjson

from idp.requests.exchange import Exchange

FORM = "application/x-www-form-urlencoded"
PART_NAME = re.compile(rb'name="?([A-Za-z_]{1,40})"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)\r?\n--', re.DOTALL)
Version = Literal["v1", "v2"]
Call = Literal["authorization", "token"]


@dataclass(frozen=True)
class Endpoint:
    """One of ESIA's addresses: whose generation it is, and what is asked for there."""

    path: str
    version: Version
    call: Call


ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {
        endpoint.path: endpoint
        for endpoint in (
            Endpoint("/aas/oauth2/ac", "v1", "authorization"),
            Endpoint("/aas/oauth2/te", "v1", "token"),
            Endpoint("/aas/oauth2/v2/ac", "v2", "authorization"),
            Endpoint("/aas/oauth2/v2/te", "v2", "token"),
            Endpoint("/aas/oauth2/v3/te", "v2", "token"),
        )
    }
)
ROOT = "/aas/oauth2/"


@dataclass(frozen=True)
class Sent:
    """The parts of one request as they came."""

    exchange: Exchange

    @cached_property
    def media_type(self) -> str:
        return self.exchange.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def pairs(self) -> tuple[tuple[str, bytes], ...]:
        """Every parameter of query and form, decoded into bytes: not all of them are UTF-8."""
        return (*self.of_query, *self.of_form)

    @cached_property
    def of_query(self) -> tuple[tuple[str, bytes], ...]:
        return _pairs(self.exchange.query)

    @cached_property
    def of_form(self) -> tuple[tuple[str, bytes], ...]:
        is_form = self.exchange.method == "POST" and self.media_type == FORM
        return _pairs(self.exchange.body.decode("latin-1")) if is_form else ()

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The parameters as texts, the first of each name; bytes that are no UTF-8 are replaced."""
        values: dict[str, str] = {}
        for name, value in self.pairs:
            values.setdefault(name, value.decode("utf-8", "replace"))
        return values

    @cached_property
    def doubled(self) -> tuple[str, ...]:
        """The names that stand more than once. One that says the same in query and form is taken."""
        query, form = ([name for name, _ in part] for part in (self.of_query, self.of_form))
        within = [name for part in (query, form) for name in part if part.count(name) > 1]
        in_query = dict(self.of_query)
        return tuple(dict.fromkeys([*within, *(name for name, value in self.of_form if in_query.get(name, value) != value)]))

    @cached_property
    def members_of_body(self) -> Mapping[str, str]:
        """What a JSON or multipart body holds: the endpoint does not read it, a developer believes it does."""
        if self.media_type == "multipart/form-data":
            return {name.decode(): value.decode("utf-8", "replace") for name, value in PART_NAME.findall(self.exchange.body)}
        try:
            value = orjson.loads(self.exchange.body or b"null")
        except orjson.JSONDecodeError:
            return {}
        return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}

    @cached_property
    def raw_values(self) -> Mapping[str, str]:
        """The values of query and form as they stood on the wire, not decoded."""
        texts = [self.exchange.query, self.exchange.body.decode("latin-1") if self.exchange.method == "POST" else ""]
        parts = (part.partition("=") for text in texts for part in text.split("&") if part)
        return {name: value for name, _, value in parts}


def _pairs(text: str) -> tuple[tuple[str, bytes], ...]:
    pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1", errors="replace")
    return tuple((name, value.encode("latin-1", "replace")) for name, value in pairs)


def answered_code(exchange: Exchange) -> str:
    """The number of the ESIA code that it was answered with, or nothing: from the address, the JSON or the page."""
    location = dict(exchange.answer_headers).get("location", "")
    texts = [location.encode("latin-1", "replace")] if location else []
    texts += [exchange.answer_body] if exchange.status >= 400 else []
    for text in texts:
        if match := re.search(rb"ESIA-(\d{6})", text):
            return match[1].decode()
    return ""


def was_refused(exchange: Exchange) -> bool:
    """Was the answer no?"""
    location = dict(exchange.answer_headers).get("location", "")
    return exchange.status >= 400 or bool(re.search(r"[?&#]error=", location))
