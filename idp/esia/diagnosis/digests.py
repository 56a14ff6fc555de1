"""Every digest that somebody may have used, right or wrong: only to find out which one it was."""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from idp.cms.gost_2012 import streebog256

DIGESTS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "Streebog-256": streebog256,
        "SHA-256": lambda data: hashlib.sha256(data).digest(),
        "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
        "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
        "SHA-384": lambda data: hashlib.sha384(data).digest(),
        "SHA-512": lambda data: hashlib.sha512(data).digest(),
    }
)
