"""Others on the network, played on this machine: servers of the web, of TLS and of anything."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from duecare.ledger.records import utc_now

Serve = Callable[[socket.socket], None]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """A server on 127.0.0.1 that hands each connection to `serve` in a thread of its own; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def one(sock: socket.socket) -> None:
        with suppress(OSError), sock:
            serve(sock)

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _ = server.accept()
                sock.settimeout(10)
                threading.Thread(target=one, args=(sock,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        # Closing alone does not wake the thread that accepts.
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def head_of(sock: socket.socket) -> bytes:
    """A request of HTTP up to the end of its head and whatever came with it."""
    data = b""
    while b"\r\n\r\n" not in data and (more := sock.recv(4096)):
        data += more
    return data


def whole_request(sock: socket.socket) -> bytes:
    """A request of HTTP with its body. Whoever closes before it came resets what they answered."""
    head, blank, body = head_of(sock).partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]) and (more := sock.recv(4096)):
        body += more
    return head + blank + body


def saying(answer: bytes, heard: list[bytes] | None = None) -> Serve:
    """Hears a whole request of HTTP, into `heard` if given, then answers with these bytes."""

    def serve(sock: socket.socket) -> None:
        request = whole_request(sock)
        if heard is not None:
            heard.append(request)
        sock.sendall(answer)

    return serve


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An answer of HTTP."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Authority:
    """A certificate authority for tests, and what it signs."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.key: PrivateKey = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority for tests")])
        now = utc_now()
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=900))
            .not_valid_after(now + timedelta(days=900))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def trust(self) -> ssl.SSLContext:
        """A context that trusts this authority alone."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server(
        self,
        *names: str,
        ends: datetime | None = None,
        begins: datetime | None = None,
        key: PrivateKey | None = None,
        self_signed: bool = False,
    ) -> ssl.SSLContext:
        """What a server of these names shows, by default for ninety days more."""
        now = utc_now()
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        signer = key if self_signed else self.key
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins or now - timedelta(days=100))
            .not_valid_after(ends or now + timedelta(days=90, hours=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
            )
            .sign(signer, hashes.SHA256())
        )
        pem = self.place / f"{certificate.serial_number:x}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Else OpenSSL would not let a server show a short key.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(pem)
        return context


def secured(context: ssl.SSLContext, then: Serve = lambda sock: None) -> Serve:
    """Speaks TLS under the context, then does what `then` does."""

    def serve(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as inner:
            then(inner)

    return serve
