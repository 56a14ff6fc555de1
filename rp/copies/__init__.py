"""A copy of everything the register knows of one person, for that person: a FHIR R4 Bundle for programs, a PDF for reading.

Who may ask for it is decided in `access`; that it was made is written down by whoever hands it out.
"""
