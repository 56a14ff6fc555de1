"""What rooms above have to say about a document: an application that names it lets its deciders read it, and holds it."""

from collections.abc import Iterable
from typing import Protocol, cast

from flask import Flask, current_app
from sqlalchemy import Connection

from rp.access.principal import Principal
from rp.documents.document import Document
from rp.realm import Realm

EXTENSION = "document_interests"


class Interest(Protocol):
    """One room's say."""

    def may_read(self, connection: Connection, realm: Realm, principal: Principal, document: Document) -> bool:
        """May this principal, who is not the owner, read the document?"""
        ...

    def holds(self, connection: Connection, realm: Realm, document: Document) -> bool:
        """Must the document stay for now, though its owner would remove it?"""
        ...


def install_interests(app: Flask, interests: Iterable[Interest]) -> None:
    """Ask these rooms."""
    app.extensions[EXTENSION] = tuple(interests)


def interests() -> tuple[Interest, ...]:
    """The rooms that are asked in this application."""
    return cast(tuple[Interest, ...], current_app.extensions.get(EXTENSION, ()))
