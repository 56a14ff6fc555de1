"""Keys and certificates as files: a key is readable by its owner only, and no file is ever seen half written."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from idp.errors import StandUnusable


def make_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key: every TLS library takes it, and a handshake costs a tenth of RSA's."""
    return ec.generate_private_key(ec.SECP256R1())


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key, readable by its owner only."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(path, pem, mode=0o600)


def write_secret(path: Path, content: bytes) -> None:
    """Write what holds a private key, readable by its owner only."""
    _write(path, content, mode=0o600)


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate, readable by everybody."""
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def read_key(path: Path) -> ec.EllipticCurvePrivateKey | None:
    """The key of a file, or None when there is no file. Raises StandUnusable when it holds something else."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise StandUnusable(f"{path} is not a private key: remove it, and a new one will be made") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise StandUnusable(f"{path} is not a key of ours: remove it, and a new one will be made")
    return key


def read_certificate(path: Path) -> x509.Certificate | None:
    """The certificate of a file, or None when there is no file. Raises StandUnusable when it holds something else."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise StandUnusable(f"{path} is not a certificate: remove it, and a new one will be made") from None


def _write(path: Path, content: bytes, *, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
