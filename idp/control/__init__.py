"""The control plane of the test stand: what a test drives and a person looks at, on a listener of its own.

It shares the database and `var/` with the provider, as a process of its own (`propusk serve --control`) or within one
(`propusk start`); in production it does not exist. Every request carries the token that is kept in `var/`, or the operator's
own, as a bearer token or as the cookie it was exchanged for.
"""
