"""The types of documents that ESIA tells of a person: which scope opens each, and the claim by which a consent names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from idp.protocol.esia.fact import Fact, approximate, assumed, exact

Type = Literal[
    "RF_PASSPORT",
    "FID_DOC",
    "RF_DRIVING_LICENSE",
    "MLTR_ID",
    "FRGN_PASS",
    "MDCL_PLCY",
    "BRTH_CERT",
    "RF_BRTH_CERT",
    "FID_BRTH_CERT",
    "OLD_BRTH_CERT",
    "KID_RF_BRTH_CERT",
    "RSDNC_PERMIT",
    "RFG_CERT",
    "CERT_REG_IMM",
    "INN",
    "SNILS",
]


@dataclass(frozen=True)
class DocumentType:
    """One type: `number` stands in the ids of documents of this type, so it never changes."""

    name: Type
    number: int
    scope: str
    claim: str
    fact: Fact


OPENAPI = "VF openapi.json"
DOCUMENT_TYPES: Mapping[str, DocumentType] = MappingProxyType(
    {
        each.name: each
        for each in (
            DocumentType("RF_PASSPORT", 1, "id_doc", "identity_document", exact("EKA; FR; VF")),
            DocumentType("FID_DOC", 2, "id_doc", "identity_document", exact("EKA; VF")),
            DocumentType("RF_DRIVING_LICENSE", 3, "drivers_licence_doc", "drivers_licence", exact("EKA; VF")),
            DocumentType("MLTR_ID", 4, "military_doc", "military_id", exact("EKA; VF")),
            DocumentType("FRGN_PASS", 5, "foreign_passport_doc", "foreign_passport", exact("EKA; VF")),
            DocumentType("MDCL_PLCY", 6, "medical_doc", "medical_policy", exact("EKA; VF")),
            DocumentType("BRTH_CERT", 7, "birth_cert_doc", "birth_certificate", exact("EKA; VF")),
            DocumentType("RF_BRTH_CERT", 8, "birth_cert_doc", "birth_certificate", approximate(OPENAPI)),
            DocumentType("FID_BRTH_CERT", 9, "birth_cert_doc", "birth_certificate", approximate(OPENAPI)),
            DocumentType("OLD_BRTH_CERT", 10, "birth_cert_doc", "birth_certificate", approximate(OPENAPI)),
            DocumentType("KID_RF_BRTH_CERT", 11, "birth_cert_doc", "birth_certificate", approximate(OPENAPI)),
            DocumentType("RSDNC_PERMIT", 12, "residence_doc", "residence_permit", approximate(OPENAPI)),
            DocumentType("RFG_CERT", 13, "temporary_residence_doc", "temporary_residence_permit", assumed()),
            DocumentType("CERT_REG_IMM", 14, "temporary_residence_doc", "temporary_residence_permit", assumed()),
            DocumentType("INN", 15, "inn", "inn", assumed("VF names the type only")),
            DocumentType("SNILS", 16, "snils", "snils", assumed("VF names the type only")),
        )
    }
)
"""Which of the types of a residence permit each of the two scopes opens is nowhere written down."""
IDENTITY_TYPES: tuple[Type, ...] = ("RF_PASSPORT", "FID_DOC")
"""What proves who somebody is: `rIdDoc` of a person is the first of these that they have."""
