"""What vendors and researchers say about weak versions, read from many formats into one shape."""
