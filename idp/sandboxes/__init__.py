"""Realms that a test makes for itself and throws away: an issuer of its own under `/t/{id}`.

A sandbox is a home of its own under `var/sandboxes/<id>`, with database, secrets, keys and clock. Whoever makes one
(the control plane) writes the folder; every worker opens it on first use. It exists in the test environment only.
"""
