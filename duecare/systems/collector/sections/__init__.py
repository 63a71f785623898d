"""The sections of the report, a file each; what several package managers share stands beside them."""
