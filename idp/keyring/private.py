"""Keys that can sign. Nobody but `tokens/minting` and this package may import this module (a contract checks it)."""

import os
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from ground.chance import Chance, SystemChance
from ground.clock import monotonic_seconds
from idp.cms import gost_engine
from idp.cms.gost_engine import GostUnavailable
from idp.errors import StandUnusable
from idp.keyring.gost import GOST_ALGORITHM, GostPrivateKey, draw_gost, read_gost
from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from idp.realm import Realm

FILE_NAME = re.compile(r"(\d{10})-(RS256|PS256|ES256|EdDSA|GOST3410_2012_256)-([A-Za-z0-9_-]{43})\.pem\Z")
LOOK_AGAIN_SECONDS = 1.0
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
"""RFC 6979: no signature leans on fresh randomness, and a seeded sandbox signs alike every time."""
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)

NO_ENGINE = (
    "This machine cannot sign with GOST R 34.10-2012: install the engine (Debian: libengine-gost-openssl), then run scripts/keys."
)

Jwk = dict[str, str | list[str]]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | GostPrivateKey


@dataclass(frozen=True)
class SigningKey:
    """One key pair. `kid` is the thumbprint of its public part (RFC 7638)."""

    kid: str
    algorithm: str
    made_at: int
    private: PrivateKey

    def sign(self, message: bytes) -> bytes:
        """A JWS signature of the message (RFC 7518, 3.3 to 3.5; RFC 8037, 3.1), of GOST as ESIA has it."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey | GostPrivateKey):
            return self.private.sign(message)
        if isinstance(self.private, rsa.RSAPrivateKey):
            scheme = PSS if self.algorithm == "PS256" else padding.PKCS1v15()
            return self.private.sign(message, scheme, hashes.SHA256())
        r, s = decode_dss_signature(self.private.sign(message, ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    @property
    def is_standard(self) -> bool:
        """May it stand in a key set? The algorithm of ESIA's is registered nowhere, and libraries stumble over it."""
        return self.algorithm != GOST_ALGORITHM

    def public_jwk(self) -> Jwk:
        """The public part as a JWK (RFC 7517, 4)."""
        return _public_jwk(self.private) | {"kid": self.kid, "use": "sig", "alg": self.algorithm}


class KeyRing:
    """The keys of one realm. The folder is looked at again once a second, so a rotation needs no restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._looked_at = float("-inf")
        self._folder_time = -1
        self.keys: tuple[SigningKey, ...] = ()
        self.verifying = KeySet([])
        self.certificates: dict[str, bytes] = {}
        """Those of `certificates`, by `kid`: each is made or read once for each change of the folder."""

    def refresh(self) -> None:
        """Load what has been added to or removed from the folder. Raises StandUnusable when it holds no key."""
        now = monotonic_seconds()
        if now - self._looked_at < LOOK_AGAIN_SECONDS:
            return
        try:
            folder_time = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            raise StandUnusable(f"{self.folder} is missing: run scripts/keys to make the signing keys") from None
        if folder_time != self._folder_time:
            self.keys = _load(self.folder, known={key.kid: key for key in self.keys})
            self.certificates = {}
            self.verifying = KeySet.import_key_set({"keys": [key.public_jwk() for key in self.keys if key.is_standard]})
            self._folder_time = folder_time
        self._looked_at = now

    def look_again(self) -> None:
        """The folder has changed: look at it before the next signature, not only when a second has passed."""
        self._folder_time = -1
        self._looked_at = float("-inf")

    def signing_key(self, algorithm: str) -> SigningKey:
        """The newest key of an algorithm. Raises GostUnavailable where it is ESIA's and there is none."""
        self.refresh()
        if algorithm == GOST_ALGORITHM and all(key.is_standard for key in self.keys):
            if gost_engine.is_available():
                raise GostUnavailable("There is no key of GOST R 34.10-2012 yet: run scripts/keys.")
            raise GostUnavailable(NO_ENGINE)
        return max((key for key in self.keys if key.algorithm == algorithm), key=lambda key: (key.made_at, key.kid))


def ring_of(realm: Realm) -> KeyRing:
    """The key ring of a realm, loaded on first use."""
    return realm.remember("keyring", lambda: KeyRing(realm.settings.keys_folder / "signing"))


def make_private(algorithm: str) -> PrivateKey:
    """A new key that can make signatures of an algorithm. Raises GostUnavailable."""
    if algorithm == GOST_ALGORITHM:
        return draw_gost(SystemChance())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def draw_private(algorithm: str, chance: Chance) -> PrivateKey:
    """The same for ES256, EdDSA and GOST, from a draw: a seeded realm has the same keys every time.

    Sixteen bytes beyond the order make the bias of the remainder unnoticeable (FIPS 186-5, A.2.1).
    """
    if algorithm == GOST_ALGORITHM:
        return draw_gost(chance)
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.from_private_bytes(chance.draw("key EdDSA", 32))
    number = int.from_bytes(chance.draw("key ES256", 48), "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def write_key(folder: Path, private: PrivateKey, algorithm: str, *, made_at: int, is_durable: bool = True) -> Path:
    """Write a key pair, readable by its owner only; it signs from the moment it has its name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{made_at:010d}-{algorithm}-{thumbprint(private)}.pem"
    write_pem(path, private, is_durable=is_durable)
    return path


def write_pem(path: Path, private: PrivateKey, *, is_durable: bool = True) -> None:
    """Write a key whole or not at all. One that is not durable may be lost with the power, as its sandbox may."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_pem_of(private))
        if is_durable:
            file.flush()
            os.fsync(file.fileno())
    draft.rename(path)


def _pem_of(private: PrivateKey) -> bytes:
    if isinstance(private, GostPrivateKey):
        return private.pem()
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def read_pem(path: Path) -> PrivateKey:
    """A key as we wrote it. Raises StandUnusable.

    Checking a whole RSA key costs 48 ms; we made it ourselves, so it is enough that its name fits its content.
    """
    try:
        if GOST_ALGORITHM in path.name:
            private: object = read_gost(path.read_bytes())
        else:
            private = serialization.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except ValueError:
        raise StandUnusable(f"{path} is not a private key: remove it and run scripts/keys") from None
    if not isinstance(private, PrivateKey) or not path.stem.endswith(thumbprint(private)):
        raise StandUnusable(f"{path} is not the key its name says: remove it and run scripts/keys")
    return private


def _load(folder: Path, *, known: dict[str, SigningKey]) -> tuple[SigningKey, ...]:
    keys = []
    for path in sorted(folder.iterdir()):
        match = FILE_NAME.match(path.name)
        if not match:
            continue
        made_at, algorithm, kid = match.groups()
        if algorithm == GOST_ALGORITHM and not gost_engine.is_available():
            continue  # the engine has gone, and all else goes on
        keys.append(known.get(kid) or SigningKey(kid, algorithm, int(made_at), read_pem(path)))
    for algorithm in SIGNING_ALGORITHMS:
        if not any(key.algorithm == algorithm for key in keys):
            raise StandUnusable(f"{folder} holds no {algorithm} key: run scripts/keys to make one")
    return tuple(keys)


def _public_jwk(private: PrivateKey) -> Jwk:
    def number(value: int, length: int) -> str:
        return urlsafe_b64encode(value.to_bytes(length, "big")).rstrip(b"=").decode("ascii")

    if isinstance(private, GostPrivateKey):
        return {**private.public_jwk()}
    if isinstance(private, rsa.RSAPrivateKey):
        numbers = private.public_key().public_numbers()
        return {"kty": "RSA", "n": number(numbers.n, private.key_size // 8), "e": number(numbers.e, 3)}
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": number(int.from_bytes(private.public_key().public_bytes_raw(), "big"), 32)}
    point = private.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}


def thumbprint(private: PrivateKey) -> str:
    """The thumbprint of the public part of a key (RFC 7638)."""
    if isinstance(private, GostPrivateKey):
        return private.thumbprint()
    jwk = _public_jwk(private)
    if isinstance(private, rsa.RSAPrivateKey):
        return RSAKey.import_key(jwk).thumbprint()
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return OKPKey.import_key(jwk).thumbprint()
    return ECKey.import_key(jwk).thumbprint()
