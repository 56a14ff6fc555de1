"""The mistakes that we know, by the part of a request that they are in."""

from collections.abc import Mapping
from types import MappingProxyType

from idp.esia.diagnosis.kind import Kind
from idp.esia.diagnosis.kinds import (
    accepted,
    certificates,
    form,
    grants,
    hashes,
    parameters,
    resources,
    scopes,
    secret,
    texts,
    time,
)

MODULES = (form, parameters, scopes, time, secret, hashes, certificates, texts, grants, resources, accepted)
KINDS: Mapping[str, Kind] = MappingProxyType(
    {each.code: each for module in MODULES for each in vars(module).values() if isinstance(each, Kind)}
)
"""Every one by its code."""
