"""The declarative base of the registry's tables, its tables of journal, jobs and messages, and the session of its pages.

There is no engine here: a page's session asks the realm of its application for the engine, so two registries can live in
one process. What writes takes a `Connection` of `realm.database.write()`; pages read through `db.session.connection()`.
"""

from pathlib import Path
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.orm import DeclarativeBase

from ground.database import NAMING_CONVENTION
from ground.jobs import jobs_table
from ground.journal import journal_table
from ground.migration import Migrations
from ground.outbox import failing_table, outbox_table
from ground.tombstones import watermarks_table


class Base(DeclarativeBase):
    """The parent of every model; each room declares its own."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class DatabaseNotReady(Exception):
    """The database is not at the revision this version needs."""


class RealmSession(Session):
    """A session bound to the engine of the application's realm."""

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **_options: Any,
    ) -> Engine | Connection:
        engine: Engine = current_app.extensions["realm"].database.engine
        return bind if bind is not None else engine


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": RealmSession},
    disable_autonaming=True,
    add_models_to_shell=False,
)

JOURNAL = journal_table(Base.metadata)
WATERMARKS = watermarks_table(Base.metadata)
JOBS = jobs_table(Base.metadata)
OUTBOX = outbox_table(Base.metadata)
FAILING = failing_table(Base.metadata)

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)
"""Upgrading needs no model; whoever writes a revision imports `rp.app` first, which imports them all."""
