"""The law of the ESIA dialect as tables and pure functions: parameters, signed texts, times, scopes, errors, claims.

ESIA publishes little. Every row of a table says how sure we are of it and where we have it from; `docs/esia-fidelity.md` is
made from these rows. Sources are named as in that page. Nothing here knows a framework or a database.
"""
