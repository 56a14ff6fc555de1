"""The records of the register: their types, their store, and how they come in from FHIR bundles.

A record type is one package in `types/`, independent of the others, and one line in `catalogue.RECORD_TYPES`. Whether
somebody may see a record is decided in `access`, not here.
"""
