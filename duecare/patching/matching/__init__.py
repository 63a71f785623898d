"""Holding software against advisories: rules as intervals of versions, and the one join."""
