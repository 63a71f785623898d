"""What is told outside the pages: mail and webhooks, from one outbox (docs/decisions/0007)."""
