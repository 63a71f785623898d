"""A server's certificate as facts (RFC 5280), and whether it names the server (RFC 9525 section 6). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from duecare.systems.names.interface import MOST, Section, plain


def certificate_facts(data: bytes, host: str) -> Section:
    """What the DER bytes of a certificate say, and whether they name `host`.

    Raises ValueError if they are no certificate.
    """
    certificate = x509.load_der_x509_certificate(data)
    kind, bits = _key(certificate)
    names = _names(certificate)
    return {
        "subject": plain(certificate.subject.rfc4514_string()),
        "issuer": plain(certificate.issuer.rfc4514_string()),
        "names": [plain(name) for name in names[:MOST]],
        "names_host": names_host(names, host),
        "not_before": f"{certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
        "key": kind,
        "key_bits": bits,
        "signature_hash": _hash(certificate),
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(),
    }


def names_host(names: Iterable[str], host: str) -> bool:
    """Whether one of the names is the host's; a `*` stands for one whole label, the first, and no other."""
    _, _, parent = host.partition(".")
    return any(
        name.lower().rstrip(".") == host or (bool(parent) and name.lower().rstrip(".") == f"*.{parent}")
        for name in names
    )


def _names(certificate: x509.Certificate) -> list[str]:
    """The DNS names for which it stands. The subject's common name is none (RFC 9525 section 2)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return found.value.get_values_for_type(x509.DNSName)


def _key(certificate: x509.Certificate) -> tuple[str, int | None]:
    """Kind and length in bits of the key; None where the length says nothing."""
    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return "EC", key.key_size
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", None
        case ed448.Ed448PublicKey():
            return "Ed448", None
        case _:
            return "other", None


def _hash(certificate: x509.Certificate) -> str | None:
    """The hash that is signed, such as `sha256`; empty where the algorithm has its own; None if unknown."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except (ValueError, x509.UnsupportedAlgorithm):  # type: ignore[attr-defined]
        return None
    return algorithm.name if algorithm else ""
