"""Every address of the dialect, and how each answers. The bank has none of them."""

from collections.abc import Callable, Mapping

from flask import Blueprint

from ground.wire import Request, Response
from idp.esia import archive
from idp.esia.authorize import blueprint as authorization_pages
from idp.esia.discovery import serve_discovery
from idp.esia.logout import blueprint as logout_pages
from idp.esia.rest.endpoint import resources
from idp.esia.token import token_v1, token_v2, token_v3
from idp.protocol.esia.addresses import DISCOVERY
from idp.realm import Realm

Endpoint = Callable[[Realm, Request], Response]

ENDPOINTS: Mapping[str, Endpoint] = {
    archive.PATH: archive.serve_archive,
    "/aas/oauth2/te": token_v1,
    "/aas/oauth2/v2/te": token_v2,
    "/aas/oauth2/v3/te": token_v3,
    DISCOVERY: serve_discovery,
}
"""Addresses that programs call, as plain functions."""
TREES: Mapping[str, Endpoint] = {"/rs/": resources, "/esia-rs/": resources}
"""The same for everything beneath an address."""
BLUEPRINTS: tuple[Blueprint, ...] = (authorization_pages, logout_pages)
"""Addresses that browsers open."""
FOR_BROWSERS = frozenset({"/aas/oauth2/ac", "/aas/oauth2/v2/ac", "/idp/ext/Logout"})
NEAR = "/aas/"
"""Nobody calls such an address but a client that took it for one of ESIA's."""


def is_for_programs(path: str) -> bool:
    """Is this an address that programs call, rather than one that people open?"""
    return path in ENDPOINTS or path.startswith(tuple(TREES))


def is_of_dialect(path: str) -> bool:
    """Is this an address of the dialect, or one that was meant to be?"""
    return path in FOR_BROWSERS or path.startswith(NEAR) or is_for_programs(path)
