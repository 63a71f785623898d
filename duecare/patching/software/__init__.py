"""Which software ran on which hosts, and when."""
