"""A host key for tests that connect to nothing."""

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPSpNVGMo0l8Apw6FLo7737O9QXhJwtwJbeFj/u1tMbX root@web-1"
