"""Duecare: do the work of due care in cybersecurity, and prove it on any later day."""

__version__ = "0.1.0"
