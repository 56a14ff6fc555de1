"""The request journal of the systems: what each information system sent us, byte by byte, and what we answered.

Owns the table `requests`, a ring of rows for each system. It is for the developers of the systems; security events are
`audit`'s. Written behind the answer by `recorder` and `writer`, read through `journal`, judged by `findings` when somebody
asks. Addresses where people type are never recorded, and of cookies only the names are: they belong to people.
"""
