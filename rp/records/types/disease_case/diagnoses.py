"""Diagnoses, severity and outcome of a case: ICD-10 and SNOMED CT (mission D2)."""

from rp.records.codes import Coding

ICD_10 = "http://hl7.org/fhir/sid/icd-10"
SNOMED = "http://snomed.info/sct"

COVID_19 = Coding(SNOMED, "840539006")
DIAGNOSES = {
    "U07.1": (Coding(ICD_10, "U07.1"), COVID_19),
    "Z22.8": (Coding(ICD_10, "Z22.8"),),
}
"""What a positive PCR test proves: the disease, or a carrier who is not ill. Other diagnoses come from other registers."""
SEVERITIES = ("255604002", "6736007", "24484000")
"""Mild, moderate, severe (SNOMED CT)."""
