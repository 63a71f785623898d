"""What inventories call ecosystems and releases, in the one spelling that advisories have."""

from __future__ import annotations

import pytest

from duecare.patching.ecosystems import SCHEMES, find_ecosystem, release_of
from duecare.patching.matching.triples import triple
from duecare.patching.versions import find_scheme


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("Debian:12", ""), ("Debian", "12")),
        (("debian", "bookworm"), ("Debian", "12")),
        (("DEB", "12.5"), ("Debian", "12")),
        (("deb", "debian-11"), ("Debian", "11")),
        (("deb", "22.04"), ("Ubuntu", "22.04")),
        (("deb", "ubuntu-22.04"), ("Ubuntu", "22.04")),
        (("ubuntu", "jammy"), ("Ubuntu", "22.04")),
        (("Ubuntu:22.04:LTS", ""), ("Ubuntu", "22.04")),
        (("deb", ""), ("Debian", "")),
        (("AlmaLinux", "9.4"), ("AlmaLinux", "9")),
        (("rpm", "almalinux-8.10"), ("AlmaLinux", "8")),
        (("rpm", "el9"), ("rpm", "el9")),
        (("rhel", "9"), ("Red Hat", "9")),
        (("Red Hat:enterprise_linux:9::appstream", ""), ("Red Hat", "9")),
        (("rocky linux", "9"), ("Rocky Linux", "9")),
        (("apk", "v3.18.4"), ("Alpine", "3.18")),
        (("Alpine:v3.18", ""), ("Alpine", "3.18")),
        (("pypi", ""), ("PyPI", "")),
        (("PIP", "whatever"), ("PyPI", "")),
        (("golang", ""), ("Go", "")),
        (("cargo", ""), ("crates.io", "")),
        (("gem", ""), ("RubyGems", "")),
        (("composer", ""), ("Packagist", "")),
        (("maven", ""), ("Maven", "")),
        (("nuget", ""), ("NuGet", "")),
        (("homebrew", "14"), ("homebrew", "14")),
    ],
)
def test_an_ecosystem_is_known_by_many_names(words: tuple[str, str], found: tuple[str, str]) -> None:
    assert find_ecosystem(*words) == found


def test_every_ecosystem_has_a_scheme_that_there_is_or_none() -> None:
    assert all(find_scheme(scheme) for scheme in SCHEMES.values())
    assert "NuGet" not in SCHEMES


def test_a_release_means_the_same_in_advisories_and_inventories() -> None:
    for ecosystem, spelt in (("Debian", ("12", "12.5", "bookworm")), ("AlmaLinux", ("9", "9.4", "el9"))):
        assert len({release_of(ecosystem, one) for one in spelt}) == 1
    assert release_of("PyPI", "12") == ""


def test_ten_megabytes_are_no_ecosystem() -> None:
    assert find_ecosystem("x" * 10_000_000, "y" * 10_000_000) == ("x" * 200, "y" * 200)


def test_names_meet_in_the_spelling_of_their_registry() -> None:
    assert triple("pypi", "", "Zope.Interface", "", "1").found_as == "zope-interface"
    assert (
        triple("cargo", "", "serde_json", "", "1").found_as
        == triple("cargo", "", "serde-json", "", "1").found_as
    )
    assert triple("pypi", "", "Zope.Interface", "zope", "1").source == ""


def test_sources_are_read_as_dpkg_and_rpm_write_them() -> None:
    own = triple("deb", "12", "gcc", "gcc-defaults (1.203)", "4:12.2.0-3")
    assert (own.source, own.version, own.source_version) == ("gcc-defaults", "4:12.2.0-3", "1.203")
    built = triple("AlmaLinux", "9", "openssl-libs", "openssl-3.0.7-24.el9.src.rpm", "1:3.0.7-24.el9")
    assert (built.source, built.source_version) == ("openssl", "1:3.0.7-24.el9")
    assert triple("deb", "12", "bash", "", "5").source == "bash"
