"""Lists that people bring as CSV or XLSX: read, mapped, previewed, taken in as an act, and undone."""
