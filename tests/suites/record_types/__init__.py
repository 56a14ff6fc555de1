"""Every record type, told by a form and by FHIR."""
