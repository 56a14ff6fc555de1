"""The kit imports nothing of the provider, so what both say is compared here."""

from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from idp.citizens import models
from idp.control import expiry, mint
from idp.control.esia import ClientCertificate, NewKey
from idp.control.login import LoginAnswer, LoginRequest
from idp.control.mint import MintAnswer
from idp.control.people import NewPerson, PersonTerms
from idp.control.requests import RecordedAnswer, RecordedRequest
from idp.esia.diagnosis import document
from idp.interaction.answer import Given
from propusk import clock, tokens
from propusk.citizens import Citizen, PersonMembers, Role
from propusk.clients import SystemKey
from propusk.esia import KeyAlgorithm
from propusk.requests import Reason, Request, Why
from propusk.tokens import Login, Minted
from propusk.walking import Consent


@pytest.mark.parametrize(
    ("of_kit", "of_control_plane"),
    [(Citizen, NewPerson), (Login, LoginAnswer), (Minted, MintAnswer)],
    ids=lambda kind: kind.__name__,
)
def test_kit_passes_on_every_member_of_an_answer(of_kit: Any, of_control_plane: Any) -> None:
    assert {each.name for each in fields(of_kit)} == set(of_control_plane.__struct_fields__)


def test_key_of_a_system_is_read_from_what_is_told_of_it() -> None:
    assert {each.name for each in fields(SystemKey)} <= set(ClientCertificate.__struct_fields__)


def test_kit_reads_no_member_of_a_request_that_is_not_told() -> None:
    told = {*RecordedRequest.__struct_fields__, *(f"answer_{name}" for name in RecordedAnswer.__struct_fields__)}
    assert {each.name for each in fields(Request)} <= told


@pytest.mark.parametrize(("of_kit", "told"), [(Why, document.Why), (Reason, document.Reason)], ids=["why", "reason"])
def test_kit_reads_no_member_of_a_diagnosis_that_is_not_told(of_kit: Any, told: Any) -> None:
    assert {each.name for each in fields(of_kit)} <= set(told.__struct_fields__)


def test_person_can_be_said_to_be_whatever_the_control_plane_takes() -> None:
    assert set(get_type_hints(PersonMembers)) == set(PersonTerms.__struct_fields__)


@pytest.mark.parametrize(
    ("of_kit", "of_control_plane"),
    [
        (clock.Expiring, expiry.Kind),
        (tokens.Kind, mint.Kind),
        (tokens.Into, get_type_hints(LoginRequest)["into"]),
        (Consent, Given),
        (Role, models.Role),
        (KeyAlgorithm, get_type_hints(NewKey)["algorithm"]),
    ],
    ids=["expire", "mint", "into", "consent", "roles", "keys"],
)
def test_kit_knows_the_words_of_the_control_plane(of_kit: Any, of_control_plane: Any) -> None:
    assert get_args(of_kit) == get_args(of_control_plane)
