"""What can be told about a citizen."""

from typing import Any

from idp.citizens.identifiers import masked_number
from idp.citizens.levels import level_of
from idp.citizens.models import Person

TOLD_ROLES = "citizen."
"""Roles that a client may learn begin with this word: who works for the provider is the provider's own business."""


def claims_of(person: Person) -> dict[str, Any]:
    """Every claim there is about this person; what is released is the business of `protocol/claims`."""
    data, level = person.data, level_of(person)
    return {
        "sub": person.id,
        "name": data.full_name,
        "family_name": data.family_name,
        "given_name": data.given_name,
        "middle_name": data.middle_name,
        "birthdate": data.birthdate,
        "gender": data.gender,
        "snils": data.snils,
        "inn": data.inn,
        "address": {"formatted": data.address, "country": "RU"} if data.address else None,
        "email": data.email,
        "email_verified": person.email_is_verified if data.email else None,
        "phone_number": data.phone,
        "phone_number_verified": person.phone_is_verified if data.phone else None,
        "passport_series": data.passport_series,
        "passport_number": data.passport_number,
        "passport_issued_on": data.passport_issued_on,
        "passport_verified": person.document_is_checked if data.has_passport else None,
        "verified": level == "confirmed",
        "account_level": level,
        "roles": sorted(role for role in person.roles if role.startswith(TOLD_ROLES)),
        "bank_account": masked_number(data.bank_account),
        "bank_card": masked_number(data.bank_card),
    }
