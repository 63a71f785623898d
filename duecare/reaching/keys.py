"""The key with which a program of ours signs in on hosts."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from duecare.home import write_private
from duecare.reaching.own_files import Own


def public_line(place: Own) -> str:
    """The public half, as hosts keep it; at first use the key is made (Ed25519)."""
    if not place.ssh_key.exists():
        private = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        write_private(place.ssh_key, private)
    found = serialization.load_ssh_private_key(place.ssh_key.read_bytes(), None)
    public = found.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return f"{public.decode()} {place.program}"
