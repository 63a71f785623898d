"""Lists of components (SBOMs) that others made: CycloneDX and SPDX, in the names that advisories use."""
