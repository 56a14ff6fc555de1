"""Who is asking: nobody in particular, a citizen, an application of theirs, or an organisation by its people and systems."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The kinds of principal. An organisation's system has the role of its kind: that of a clinic asks as a doctor does."""

    ANYBODY = "anybody"
    CITIZEN = "citizen"
    APPLICATION = "application"
    DOCTOR = "doctor"
    LABORATORY = "laboratory"
    REGISTRAR = "registrar"
    INSURER = "insurer"
    PARTNER = "partner"


STAFF = frozenset({Role.DOCTOR, Role.LABORATORY, Role.REGISTRAR})
"""Roles of people at work: they are let in by two factors only."""


@dataclass(frozen=True)
class Principal:
    """One who asks. `patient_id` is who they are as a patient, or whose records an application speaks for; None when the registry
    has no such patient. `organisation_id` is whom they work for. `represents` is, by the names of relations, what a citizen is to
    the patient when that is somebody else."""

    role: Role
    actor: str = "anybody"
    patient_id: str | None = None
    scopes: frozenset[str] = field(default=frozenset())
    organisation_id: str | None = None
    represents: frozenset[str] = field(default=frozenset())


ANYBODY = Principal(Role.ANYBODY)
