"""Mistakes in the bytes of client_secret."""

import base64
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis import world
from tests.idp.esia.diagnosis.operators.base import Fits, add, anywhere, both, gost_v2, hashed, operator, rsa_v1, v1, v2
from tests.idp.esia.diagnosis.world import Request
from tests.idp.esia.keys import program


def secret(name: str, kinds: str, spell: Callable[[Request, bytes], str], fits: Fits = anywhere) -> None:
    def spoil(request: Request) -> Exchange:
        return request.exchange({**request.parameters, "client_secret": spell(request, plain(request))})

    add(name, "client_secret", kinds, spoil, fits)


def plain(request: Request) -> bytes:
    text = request.parameters["client_secret"]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def cut(request: Request, data: bytes) -> str:
    text = b64(data)
    return text[: request.chance.choice([len(text) // 2, len(text) - 2, len(text) - 10])]


def flipped(request: Request, data: bytes) -> bytes:
    at = request.chance.randrange(len(data) - 40, len(data))
    return data[:at] + bytes([data[at] ^ 1 << request.chance.randrange(8)]) + data[at + 1 :]


def with_plus(request: Request) -> bool:
    return "+" in base64.b64encode(plain(request)).decode()


@operator("client_secret", "secret_space", fits=with_plus)
def secret_plus_lost(request: Request) -> Exchange:
    return request.raw("client_secret", base64.b64encode(plain(request)).decode().replace("/", "%2F").replace("=", "%3D"))


secret("secret_percent_twice", "secret_percent", lambda _, data: quote(base64.b64encode(data).decode() + "=", safe=""))
secret("secret_hex", "secret_hex", lambda request, data: data.hex() if request.chance.random() < 0.5 else data.hex().upper(), v2)
secret("secret_base64_of_hex", "secret_base64_of_hex", lambda _, data: b64(data.hex().encode()))
secret("secret_base64_twice", "secret_base64_twice", lambda _, data: b64(base64.b64encode(data)))
secret(
    "secret_pem", "secret_pem", lambda _, data: f"-----BEGIN PKCS7-----\n{base64.encodebytes(data).decode()}-----END PKCS7-----\n"
)
secret("secret_not_base64", "secret_not_base64", lambda request, data: request.chance.choice("!#'\"{$") + b64(data))
secret("secret_cut", "secret_cut", cut, lambda request: request.is_gost or v1(request))
secret("secret_longer", "secret_size", lambda _, data: b64(data + b"\0" * 16), both(gost_v2, hashed))
secret("raw_on_v1", "raw_on_v1", lambda request, _: request.sign(request.text(), version="v2", way=request.way.split()[0]), v1)
secret("garbage_on_v1", "not_cms", lambda request, _: b64(request.chance.randbytes(request.chance.choice([90, 700]))), v1)
secret("cms_on_v2", "cms_on_v2", lambda request, _: request.sign(request.text(), version="v1", way=request.way), hashed)
secret("bytes_reversed", "bytes_reversed", lambda _, data: b64(data[::-1]), gost_v2)
secret("halves_swapped", "halves_swapped", lambda _, data: b64(data[32:] + data[:32]), gost_v2)
secret("halves_reversed", "halves_reversed", lambda _, data: b64(data[:32][::-1] + data[32:][::-1]), gost_v2)
secret(
    "der_pair",
    "der_pair",
    lambda _, data: b64(encode_dss_signature(int.from_bytes(data[32:], "big"), int.from_bytes(data[:32], "big"))),
    gost_v2,
)
secret(
    "bit_flipped_in_message",
    "signature_broken unknown",
    lambda request, data: b64(flipped(request, data)),
    lambda request: rsa_v1(request) and request.way == "rsa",
)
secret("bit_flipped", "unknown", lambda request, data: b64(flipped(request, data)), v2)


def by_program(request: Request, digest: str) -> bytes:
    own = world.own_system().identities.rsa
    arguments = (
        "cms",
        "-sign",
        "-in",
        "text",
        "-outform",
        "DER",
        "-signer",
        "signer.pem",
        "-inkey",
        "key.pem",
        "-md",
        digest,
        "-binary",
    )
    return program().made(
        "signature", *arguments, **{"text": request.text(), "signer.pem": own.certificate_pem, "key.pem": own.key_pem}
    )


secret("cms_sha1", "cms_sha1", lambda request, _: b64(by_program(request, "sha1")), rsa_v1)
secret("cms_md5", "cms_md5", lambda request, _: b64(by_program(request, "md5")), rsa_v1)
secret("cms_sha224", "cms_digest", lambda request, _: b64(by_program(request, "sha224")), rsa_v1)


def raw_sha1(request: Request, _data: bytes) -> str:
    private = world.own_system().identities.rsa.private
    digest = request.chance.choice([hashes.SHA1(), hashes.SHA512(), hashes.MD5()])  # noqa: S303 - the mistake itself
    return b64(private.sign(request.text(), padding.PKCS1v15(), digest))


secret("raw_other_digest", "raw_digest", raw_sha1, lambda request: v2(request) and not request.is_gost)


@operator("client_secret", "rsa_on_v2", fits=lambda request: v2(request) and not request.is_gost)
def rsa_where_it_is_off(request: Request) -> Exchange:
    request.settings = replace(request.settings, rsa_on_v2=False)
    return request.exchange()


@operator("client_secret", "signature_replayed")
def sent_again(request: Request) -> Exchange:
    request.earlier.append(request.exchange(status=302 if request.is_authorization else 200))
    return request.exchange(status=400)
