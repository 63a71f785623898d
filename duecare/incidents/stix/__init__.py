"""Passing on what was learned of an attacker, and taking in what others learned, as STIX 2.1 (OASIS)."""
