"""Patch runs: which updates go to which hosts and when, who signed that, and what came of it."""
