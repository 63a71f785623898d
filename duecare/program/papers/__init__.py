"""Papers: PDF that is set from our own templates, and tied to the record (docs/reports.md)."""
