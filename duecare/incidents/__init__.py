"""Respond: what is ready before an incident, what is done in one, and what is learned from it.

The phases are those of NIST SP 800-61r3, told by the functions of CSF 2.0 (`cases/phases.py`).
"""
