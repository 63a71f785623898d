"""What others see of the names that an organisation calls its own: TLS of its hosts, mail of its domains."""
