"""Measures and what they are ordered for (mission R001, D2)."""

from rp.records.codes import Coding

SYSTEM = "urn:propusk:measure"
SNOMED = "http://snomed.info/sct"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"

MEASURES = {
    "isolation": (Coding(SYSTEM, "isolation"), Coding(SNOMED, "40174006")),
    "quarantine": (Coding(SYSTEM, "quarantine"),),
    "observation": (Coding(SYSTEM, "observation"),),
    "exemption": (Coding(SYSTEM, "exemption"),),
}
"""Isolation of the ill, quarantine of contacts, medical observation, and exemption from vaccination."""
REASONS = ("Z29.0", "Z20.8", "Z03.8", "U07.1", "U09.9", "U12.9")
