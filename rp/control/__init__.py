"""The control plane of the registry on a test stand: what it would have sent, the time it has, and a fresh start.

A listener of its own and a process of its own (`propusk-registry serve --control`) over the same database; in production it
does not exist. Programs call it, and the phone of the provider's control plane, with the token that is kept in `var/`. The
clock is the stand's: whoever moves it does so at the provider's.
"""
