"""What the collector learns in another way on macOS; sections that are not here are the same as on Linux."""
