"""What the vendor offers, and since when this host has seen the offer."""

from __future__ import annotations

import bz2
import gzip
import lzma
from datetime import timedelta
from typing import Any

import pytest

from duecare.systems.collector import collect
from duecare.systems.collector.sections.unpacking import CAT_FILE
from tests.systems import formats
from tests.systems.parts import in_release
from tests.systems.trees import NOW, Tree, alpine, debian, packages_index, rhel, ubuntu, updateinfo

LISTS = "/var/lib/apt/lists"
MAIN = f"{LISTS}/deb.example_debian_dists_trixie"
SECURITY = f"{LISTS}/deb.example_debian-security_dists_trixie-security"
INDEX = "_main_binary-amd64_Packages"
FIXED = "3.5.4-1~deb13u2"


def offering(tree: Tree, base: str, *packages: tuple[str, str]) -> Tree:
    """With these versions besides what the repository offers."""
    return tree.append(base + INDEX, "\n" + packages_index(packages))


def offers(tree: Tree) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in tree.facts("updates")["items"]}


def test_nothing_is_on_offer_where_the_newest_is_installed() -> None:
    for build in (debian, ubuntu, rhel, alpine):
        updates = build().facts("updates")
        assert (updates["state"], updates["items"]) == ("read", [])
        assert updates["metadata_signed"] and updates["packages_signed"]  # noqa: PT018


def test_a_newer_version_in_a_security_suite_is_a_security_update() -> None:
    found = offers(offering(debian(), SECURITY, ("openssl", FIXED)))
    assert found.keys() == {"openssl"}
    assert found["openssl"]["offered"] == FIXED
    assert found["openssl"]["security"] is True
    assert found["openssl"]["origin"] == "Debian-Security trixie-security"


def test_a_newer_version_elsewhere_is_none_and_an_older_one_is_no_offer() -> None:
    found = offers(offering(debian(), MAIN, ("openssl", FIXED), ("openssh-server", "1:9.9p1-1")))
    assert [(name, item["security"]) for name, item in found.items()] == [("openssl", False)]


def test_a_security_update_that_a_point_release_has_overtaken_stays_one() -> None:
    tree = offering(offering(debian(), SECURITY, ("openssl", FIXED)), MAIN, ("openssl", "3.5.5-1~deb13u1"))
    assert offers(tree)["openssl"]["offered"] == "3.5.5-1~deb13u1"
    assert offers(tree)["openssl"]["security"] is True


@pytest.mark.parametrize(("extra", "offered"), [("NotAutomatic: yes\n", False), ("", True)])
def test_experimental_suites_do_not_offer_what_apt_would_not_take(extra: str, offered: bool) -> None:
    base = f"{LISTS}/deb.example_debian_dists_experimental"
    release = in_release("Debian", "Debian", "experimental", "rc-buggy", NOW).replace(
        "SHA256:\n", extra + "SHA256:\n"
    )
    tree = (
        debian().file(f"{base}_InRelease", release).file(base + INDEX, packages_index([("openssl", "4.0-1")]))
    )
    assert ("openssl" in offers(tree)) is offered


def test_backports_are_offered_only_to_what_came_from_them() -> None:
    base = f"{LISTS}/deb.example_debian_dists_trixie-backports"
    release = in_release("Debian", "Debian Backports", "stable-backports", "trixie-backports", NOW)
    release = release.replace("SHA256:\n", "NotAutomatic: yes\nButAutomaticUpgrades: yes\nSHA256:\n")
    tree = debian().file(f"{base}_InRelease", release)
    tree = tree.file(base + INDEX, packages_index([("openssl", "3.6.0-1~bpo13+2")]))
    assert "openssl" not in offers(tree)
    taken = tree.change(
        "/var/lib/dpkg/status",
        "Version: 3.5.4-1~deb13u1\n\nPackage: libssl3t64",
        "Version: 3.6.0-1~bpo13+1\n\nPackage: libssl3t64",
    )
    assert offers(taken)["openssl"]["offered"] == "3.6.0-1~bpo13+2"


@pytest.mark.parametrize(
    ("ending", "pack"), [("gz", gzip.compress), ("xz", lzma.compress), ("bz2", bz2.compress)]
)
def test_packed_lists_are_unpacked(ending: str, pack: Any) -> None:
    text = packages_index([("openssl", FIXED)])
    tree = debian().without(SECURITY + INDEX).file(f"{SECURITY}{INDEX}.{ending}", pack(text.encode()))
    assert offers(tree)["openssl"]["security"] is True
    packed = pack(text.encode())
    for broken in (packed[:-12], packed[:10] + b"\xff" * 8 + packed[18:]):
        damaged = tree.file(f"{SECURITY}{INDEX}.{ending}", broken).facts("updates")
        assert damaged["state"] == "partial"
        assert "damaged" in damaged["problems"][0]["reason"]


def test_lists_that_only_apt_can_unpack_are_unpacked_by_it_or_said_to_be_unread() -> None:
    path = f"{SECURITY}{INDEX}.lz4"
    tree = debian().without(SECURITY + INDEX).file(path, b"\x04\x22\x4d\x18")
    unread = tree.facts("updates")
    assert unread["state"] == "partial"
    assert unread["problems"] == [{"what": path, "reason": "this Python cannot unpack .lz4"}]
    helped = tree.file(CAT_FILE, "\x7fELF").command(
        f"{CAT_FILE} cat-file {path}", packages_index([("openssl", FIXED)])
    )
    assert helped.facts("updates")["state"] == "read"
    assert offers(helped)["openssl"]["offered"] == FIXED
    assert helped.command(f"{CAT_FILE} cat-file {path}", "", 100).facts("updates")["state"] == "partial"


def test_the_age_of_the_metadata_is_that_of_the_security_suite_and_its_own_word() -> None:
    updates = debian().facts("updates")
    assert updates["metadata_at"] == "2026-11-22T14:00:00Z"
    assert updates["security_labelled"] is True
    without = debian().without(SECURITY + INDEX, SECURITY + "_InRelease").facts("updates")
    assert without["security_labelled"] is False


def test_a_repository_without_a_signature_or_trusted_blindly_is_not_signed() -> None:
    plain = (
        debian()
        .without(MAIN + "_InRelease")
        .file(MAIN + "_Release", in_release("D", "Debian", "stable", "trixie", NOW))
    )
    assert plain.facts("updates")["metadata_signed"] is False
    assert plain.file(MAIN + "_Release.gpg", "").facts("updates")["metadata_signed"] is True
    trusting = debian().file("/etc/apt/sources.list", "deb [trusted=yes] https://own.example/apt ./\n")
    assert trusting.facts("updates")["metadata_signed"] is False


def test_without_lists_updates_are_unreadable_and_never_none() -> None:
    updates = debian().without(LISTS).facts("updates")
    assert (updates["state"], updates["items"]) == ("unreadable", None)
    assert "apt-get update has not run" in updates["problems"][0]["reason"]


# ── First sights ─────────────────────────────────────────────────────────────────────────────────────────


def reported(tree: Tree, sights: dict[str, str], days: int = 0) -> dict[str, Any]:
    """The offer of openssl in a report so many days from now, with what earlier reports have seen."""
    report = collect(tree.machine(), NOW + timedelta(days=days), sights)
    return next((i for i in report["facts"]["updates"]["items"] if i["name"] == "openssl"), {})


def test_the_first_sight_of_an_offer_is_kept_from_report_to_report() -> None:
    tree, sights = offering(debian(), SECURITY, ("openssl", FIXED)), dict[str, str]()
    assert reported(tree, sights)["first_seen"] == "2026-11-23T14:00:00Z"
    later = reported(tree, sights, days=9)
    assert (later["first_seen"], later["first_seen_by"]) == ("2026-11-23T14:00:00Z", "this collector")


def test_without_a_state_no_first_sight_is_claimed() -> None:
    item = offers(offering(debian(), SECURITY, ("openssl", FIXED)).without_state())["openssl"]
    assert (item["first_seen"], item["first_seen_by"]) == (None, None)


def test_an_offer_that_is_overtaken_before_it_was_installed_does_not_start_anew() -> None:
    sights: dict[str, str] = {}
    reported(offering(debian(), SECURITY, ("openssl", FIXED)), sights)
    newer = offering(debian(), SECURITY, ("openssl", "3.5.4-1~deb13u3"))
    assert reported(newer, sights, days=20)["first_seen"] == "2026-11-23T14:00:00Z"


def test_once_installed_the_next_offer_counts_from_its_own_first_sight() -> None:
    sights: dict[str, str] = {}
    reported(offering(debian(), SECURITY, ("openssl", FIXED)), sights)
    done = debian().change("/var/lib/dpkg/status", "3.5.4-1~deb13u1", FIXED)
    assert reported(done, sights, days=3) == {}
    assert sights == {}
    again = offering(done, SECURITY, ("openssl", "3.5.4-1~deb13u3"))
    assert reported(again, sights, days=30)["first_seen"] == "2026-12-23T14:00:00Z"


def test_a_security_update_counts_from_when_one_was_offered_not_from_an_ordinary_update_before() -> None:
    sights: dict[str, str] = {}
    reported(offering(debian(), MAIN, ("openssl", "3.5.4-2")), sights)
    later = offering(offering(debian(), MAIN, ("openssl", "3.5.4-2")), SECURITY, ("openssl", FIXED))
    assert reported(later, sights, days=7)["first_seen"] == "2026-11-30T14:00:00Z"


# ── RHEL family and Alpine ───────────────────────────────────────────────────────────────────────────────

APPSTREAM = "/var/cache/dnf/appstream-0123456789abcdef/repodata"
SSH_FIX = ("RLSA-2026:1", "security", "openssh-server", "8.7p1", "46.el9")


def test_an_advisory_for_a_newer_version_is_an_offer() -> None:
    tree = rhel().file(f"{APPSTREAM}/0a-updateinfo.xml", updateinfo(SSH_FIX))
    item = offers(tree)["openssh-server"]
    assert (item["offered"], item["security"], item["origin"]) == ("8.7p1-46.el9", True, "RLSA-2026:1")
    bugfix = rhel().file(
        f"{APPSTREAM}/0a-updateinfo.xml", updateinfo(("RLBA-2026:2", "bugfix", *SSH_FIX[2:]))
    )
    assert offers(bugfix)["openssh-server"]["security"] is False


@pytest.mark.parametrize(("stream", "offered"), [("nodejs:20", True), ("nodejs:22", False)])
def test_an_advisory_of_another_module_stream_is_no_offer(stream: str, offered: bool) -> None:
    info = updateinfo(("RLSA-2026:3", "security", "nodejs", "22.9.0", "1.module+el9.6.0+9"), module=stream)
    info = info.replace('epoch="0"', 'epoch="1"')
    assert ("nodejs" in offers(rhel().file(f"{APPSTREAM}/0a-updateinfo.xml", info))) is offered


def test_of_kernels_side_by_side_the_newest_counts() -> None:
    headers = [
        formats.rpm_header("kernel-core", "5.14.0", release, "x86_64", "kernel-5.14.0-1.el9.src.rpm")
        for release in ("570.58.1.el9_6", "503.1.1.el9_5")
    ]
    info = updateinfo(("RLSA-2026:4", "security", "kernel-core", "5.14.0", "570.58.1.el9_6"))
    tree = rhel().file("/var/lib/rpm/rpmdb.sqlite", formats.rpm_database(headers))
    assert offers(tree.file(f"{APPSTREAM}/0a-updateinfo.xml", info)) == {}


def test_advisories_that_cannot_be_read_leave_it_partial_with_dnfs_own_list_in_their_place() -> None:
    tree = rhel().without(f"{APPSTREAM}/0a-updateinfo.xml")
    tree = tree.change(f"{APPSTREAM}/repomd.xml", "0a-updateinfo.xml", "0a-updateinfo.xml.zst")
    tree = tree.file(f"{APPSTREAM}/0a-updateinfo.xml.zst", b"\x28\xb5\x2f\xfd")
    assert tree.facts("updates")["state"] == "partial"
    tree = tree.command(
        "dnf -q -C updateinfo list --security",
        "RLSA-2026:1 Important/Sec. openssh-server-8.7p1-46.el9.x86_64\n",
    )
    assert offers(tree)["openssh-server"]["security"] is True
    assert tree.facts("updates")["state"] == "partial"


@pytest.mark.parametrize("content", ["<updates>", "", '<!DOCTYPE x [<!ENTITY a "b">]><updates>&a;</updates>'])
def test_damaged_or_hostile_metadata_is_a_problem_and_no_crash(content: str) -> None:
    updates = rhel().file(f"{APPSTREAM}/0a-updateinfo.xml", content).facts("updates")
    assert updates["state"] == "partial"
    assert updates["problems"]


def test_repositories_without_advisories_do_not_tell_that_nothing_is_on_offer() -> None:
    tree = rhel()
    for name in ("appstream", "baseos"):
        folder = f"/var/cache/dnf/{name}-0123456789abcdef/repodata"
        tree = tree.change(f"{folder}/repomd.xml", 'type="updateinfo"', 'type="other"')
    updates = tree.facts("updates")
    assert (updates["state"], updates["items"], updates["security_labelled"]) == ("partial", None, False)


def test_dnf_metadata_is_signed_only_where_its_signature_is_demanded() -> None:
    tree = rhel().change("/etc/yum.repos.d/rocky.repo", "repo_gpgcheck=1", "repo_gpgcheck=0")
    updates = tree.facts("updates")
    assert (updates["metadata_signed"], updates["packages_signed"]) == (False, True)


def test_without_metadata_updates_of_rocky_and_alpine_are_unreadable() -> None:
    for tree in (rhel().without("/var/cache/dnf"), alpine().without("/var/cache/apk")):
        updates = tree.facts("updates")
        assert (updates["state"], updates["items"]) == ("unreadable", None)


def test_alpine_offers_newer_versions_without_a_word_on_security() -> None:
    path = next(path for path in alpine().files if "APKINDEX" in path)
    tree = alpine().file(path, formats.apk_index([("openssl", "3.5.5-r0", "openssl")], NOW))
    assert offers(tree)["openssl"]["offered"] == "3.5.5-r0"
    assert offers(tree)["openssl"]["security"] is None
    assert tree.facts("updates")["security_labelled"] is False
    unsigned = alpine().file(path, formats.apk_index([], NOW, signed=False)).facts("updates")
    assert unsigned["metadata_signed"] is False


def test_an_index_of_a_repository_that_is_set_up_no_more_offers_nothing() -> None:
    tree = alpine().file("/etc/apk/repositories", "https://apk.example/alpine/v3.23/main\n")
    assert tree.facts("updates")["state"] == "unreadable"


def test_a_damaged_alpine_index_is_a_problem() -> None:
    path = next(path for path in alpine().files if "APKINDEX" in path)
    for content in (b"", b"\x1f\x8b", gzip.compress(b"no tar")):
        assert alpine().file(path, content).facts("updates")["problems"]
