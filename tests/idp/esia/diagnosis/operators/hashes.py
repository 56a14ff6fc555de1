"""Mistakes in client_certificate_hash."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives import serialization

from idp.cms.gost_2012 import streebog256
from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators.base import Fits, add, hashed, operator
from tests.idp.esia.diagnosis.world import Request


def hashes_as(name: str, kinds: str, make: Callable[[Request, bytes], str], fits: Fits = hashed) -> None:
    def spoil(request: Request) -> Exchange:
        return request.exchange({**request.parameters, "client_certificate_hash": make(request, request.identity.der)})

    add(name, "client_certificate_hash", kinds, spoil, fits)


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def cased(request: Request, digest: bytes) -> str:
    return digest.hex().upper() if request.chance.random() < 0.5 else digest.hex()


def pem(request: Request, _der: bytes) -> str:
    text = request.identity.certificate_pem
    text = text[text.index(b"-----BEGIN") :]
    text = request.chance.choice([text, text.rstrip(b"\n"), text.replace(b"\n", b"\r\n")])
    return cased(request, request.chance.choice([streebog256(text), hashlib.sha256(text).digest(), sha1(text)]))


def colons(request: Request, der: bytes) -> str:
    return streebog256(der).hex(request.chance.choice([":", " ", "-"])).upper()


hashes_as("hash_sha1", "hash_sha1", lambda request, der: cased(request, sha1(der)))
hashes_as(
    "hash_md5",
    "hash_other_digest",
    lambda request, der: cased(request, request.chance.choice([md5(der), hashlib.sha512(der).digest()])),
)
hashes_as("hash_of_pem", "hash_of_pem", pem)
hashes_as("hash_of_base64", "hash_of_base64", lambda request, der: cased(request, streebog256(base64.b64encode(der))))
hashes_as("hash_separated", "hash_separated", colons)
hashes_as("hash_reversed", "hash_reversed", lambda request, der: cased(request, streebog256(der)[::-1]))
hashes_as(
    "hash_base64",
    "hash_base64",
    lambda request, der: request.chance.choice([base64.b64encode, base64.urlsafe_b64encode])(streebog256(der)).decode(),
)
hashes_as("hash_cut", "hash_cut", lambda request, der: streebog256(der).hex().upper()[: request.chance.choice([40, 32, 63, 20])])
hashes_as("hash_typo", "hash_typo", lambda request, der: typo(request, streebog256(der).hex().upper()))
hashes_as(
    "hash_of_removed",
    "hash_of_removed",
    lambda request, _: next(each.streebog_hash for each in request.certificates if not each.is_active),
)
hashes_as(
    "hash_of_foreign", "hash_of_foreign", lambda request, _: request.chance.choice(world.known_certificates()[1]).streebog_hash
)
hashes_as("hash_unknown", "hash_unknown", lambda request, _: cased(request, request.chance.randbytes(32)))
hashes_as(
    "hash_of_another_own",
    "hash_names_other",
    lambda request, der: request.chance.choice([each.streebog_hash for each in request.certificates[:3] if each.der != der]),
)


def typo(request: Request, text: str) -> str:
    at = request.chance.randrange(len(text))
    other = request.chance.choice([each for each in "0123456789ABCDEF" if each != text[at]])
    return text[:at] + other + text[at + 1 :]


@operator("client_certificate_hash", "hash_of_key", fits=hashed)
def hash_of_key(request: Request) -> Exchange:
    if request.is_gost:
        from idp.cms.certificate import open_certificate

        info = open_certificate(request.identity.der).public_key_info
    else:
        key = world.own_system().identities.rsa.private.public_key()
        info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return request.exchange({**request.parameters, "client_certificate_hash": cased(request, streebog256(info))})


@operator("client_certificate_hash", "hash_is_serial", fits=hashed)
def hash_is_serial(request: Request) -> Exchange:
    serial = world.own_system().identities.rsa.certificate.serial_number
    request.parameters = {**request.parameters, "client_certificate_hash": f"{serial:X}"}
    return request.exchange()


@operator("client_certificate_hash", "hash_sha256", fits=hashed)
def hash_sha256_where_it_is_off(request: Request) -> Exchange:
    request.settings = replace(request.settings, sha256_hash=False)
    return request.exchange({**request.parameters, "client_certificate_hash": hashlib.sha256(request.identity.der).hexdigest()})
