"""A real DNS server on this machine, over UDP and TCP, that knows the TXT records it is given."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from duecare.systems.names.interface import Ask
from duecare.systems.names.resolving import ask_name_servers

FAILING, SILENT = "SERVFAIL", "nothing"
"""In place of records: the server fails, or does not answer at all."""
SMALL = 1232
"""Bytes that it answers over UDP; longer answers come over TCP."""

Zone = Mapping[str, Sequence[str] | str]
"""Records by name. A name with an empty list exists without any, and so does one with others below it."""


def _answer(wire: bytes, zone: Zone, most: int) -> bytes | None:
    query = dns.message.from_wire(wire)
    reply = dns.message.make_response(query)
    question = query.question[0]
    asked = question.name.to_text(omit_final_dot=True).lower()
    known = zone.get(asked)
    if known == SILENT:
        return None
    if known == FAILING:
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif known is None and not any(name.endswith(f".{asked}") for name in zone):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif question.rdtype == dns.rdatatype.TXT and known:
        quoted = (
            " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text) or 1, 255))
            for text in known
        )
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *quoted))
    full = reply.to_wire(max_size=65535)
    if len(full) <= most:
        return full
    reply.answer.clear()
    reply.flags |= dns.flags.TC
    return reply.to_wire()


@contextmanager
def serving(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """The server, and a resolver that asks it alone."""
    datagrams, streams = _one_port()
    threads = [
        threading.Thread(target=_datagrams, args=(datagrams, zone), daemon=True),
        threading.Thread(target=_streams, args=(streams, zone), daemon=True),
    ]
    with datagrams, streams:
        for thread in threads:
            thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], streams.getsockname()[1]
        try:
            yield resolver
        finally:
            datagrams.sendto(b"", datagrams.getsockname())
            with suppress(OSError):
                streams.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(5)


def _one_port() -> tuple[socket.socket, socket.socket]:
    """Sockets for datagrams and for streams on the same port, which others may take in between."""
    while True:
        streams = socket.create_server(("127.0.0.1", 0))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagrams.bind(streams.getsockname())
        except OSError:
            streams.close()
            datagrams.close()
        else:
            return datagrams, streams


@contextmanager
def asking(zone: Zone) -> Iterator[Ask]:
    """A function that asks such a server."""
    with serving(zone) as resolver:
        yield ask_name_servers(resolver)


def _datagrams(server: socket.socket, zone: Zone) -> None:
    while True:
        wire, sender = server.recvfrom(4096)
        if not wire:
            return
        answer = _answer(wire, zone, SMALL)
        if answer is not None:
            server.sendto(answer, sender)


def _streams(server: socket.socket, zone: Zone) -> None:
    with suppress(OSError):
        while True:
            sock, _ = server.accept()
            with suppress(OSError), sock:
                sock.settimeout(5)
                (length,) = struct.unpack("!H", sock.recv(2, socket.MSG_WAITALL))
                answer = _answer(sock.recv(length, socket.MSG_WAITALL), zone, 65535)
                if answer is not None:
                    sock.sendall(struct.pack("!H", len(answer)) + answer)
