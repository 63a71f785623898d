"""The collector for Windows: one PowerShell file, which `portable.py` hands out.

It writes the same report as the collector in Python (docs/report-format.md). Windows has no Python of its own
but always PowerShell 5.1, so that what is carried there is one file of text which an administrator can read
before it runs; for the same reason it is longer than a module of ours may be otherwise.
"""
