"""The provider's database: the base class of its tables, and the session that pages read through.

Tables are declared where they belong, each in its room. What writes is handed a `Connection`; pages read with the ORM,
whose session finds the database of the realm that the request belongs to.
"""

from pathlib import Path
from typing import Any

from flask import g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.orm import DeclarativeBase

from ground.counted_chance import draws_table
from ground.database import NAMING_CONVENTION
from ground.jobs import jobs_table
from ground.journal import journal_table
from ground.migration import Migrations
from ground.outbox import failing_table, outbox_table
from ground.tombstones import watermarks_table


class Base(DeclarativeBase):
    """The base of every table of the provider."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class RealmSession(Session):
    """Reads from the database of the current realm; outside a request there is none, and that is an error."""

    def get_bind(self, *_: Any, **__: Any) -> Engine | Connection:
        engine: Engine = g.realm.database.engine
        return engine


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"class_": RealmSession},
    disable_autonaming=True,
    add_models_to_shell=False,
)

JOURNAL = journal_table(Base.metadata)
OUTBOX = outbox_table(Base.metadata)
FAILING = failing_table(Base.metadata)
JOBS = jobs_table(Base.metadata)
DRAWS = draws_table(Base.metadata)
WATERMARKS = watermarks_table(Base.metadata)

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", Base.metadata)
