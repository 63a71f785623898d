"""A bare hash chain: the least that orders and seals entries. It has no short proof of one of them."""

from __future__ import annotations

import hashlib


class Chain:
    def __init__(self) -> None:
        self.head = bytes(32)

    def append(self, leaves: list[bytes]) -> None:
        for leaf in leaves:
            self.head = hashlib.sha256(self.head + leaf).digest()

    def root(self) -> bytes:
        return self.head

    def prove(self, index: int) -> object:
        return None


make = Chain
