"""Where advisories come from: fetched or brought by hand, checked for what they take back, and kept."""
