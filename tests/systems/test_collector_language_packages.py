"""Packages of programming languages: what is found, what is left out, and a search that ends."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.systems.collector.look import Host, Look
from duecare.systems.collector.sections import language_packages, walking
from duecare.systems.collector.sections.lock_files import READERS, read_lock
from tests.systems import formats
from tests.systems.trees import NOW, Tree, alpine, debian, rhel

VENV = "/srv/app/.venv/lib/python3.11/site-packages"
SYSTEM = "/usr/lib/python3/dist-packages"


def metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: not this\n"


def package(name: str, version: str) -> str:
    return json.dumps({"name": name, "version": version})


def found(tree: Tree) -> list[tuple[str, str, str, str]]:
    """Ecosystem, name, version and how of each package."""
    items = tree.facts("language_packages")["items"]
    return [(one["ecosystem"], one["name"], one["version"], one["how"]) for one in items]


def test_what_pip_installed_is_found_wherever_a_project_keeps_it() -> None:
    tree = (
        debian()
        .file(f"{VENV}/requests-2.31.0.dist-info/METADATA", metadata("requests", "2.31.0"))
        .file("/home/alice/env/lib/python3.12/site-packages/Old_Kind-1.0.egg-info/PKG-INFO", "")
        .file("/usr/local/lib/python3.11/dist-packages/six-1.16.0-py3.11.egg-info", metadata("six", "1.16.0"))
    )
    assert found(tree) == [
        ("PyPI", "Old_Kind", "1.0", "installed"),
        ("PyPI", "requests", "2.31.0", "installed"),
        ("PyPI", "six", "1.16.0", "installed"),
    ]
    item = tree.facts("language_packages")["items"][1]
    assert item["path"] == f"{VENV}/requests-2.31.0.dist-info"


def test_what_npm_installed_is_found_with_what_lies_below_it() -> None:
    tree = debian().written(
        {
            "/usr/local/lib/node_modules/npm/package.json": package("npm", "10.8.2"),
            "/usr/local/lib/node_modules/npm/lib/package.json": package("not-a-package", "1"),
            "/usr/local/lib/node_modules/npm/node_modules/ms/package.json": package("ms", "2.1.3"),
            "/srv/app/node_modules/@babel/core/package.json": package("@babel/core", "7.24.0"),
            "/srv/app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json": package("a", "1.0.0"),
            "/srv/app/node_modules/.cache/b/package.json": package("b", "1.0.0"),
            "/srv/app/node_modules/ms/package.json": '{"version": 3}',
        }
    )
    assert found(tree) == [
        ("npm", "@babel/core", "7.24.0", "installed"),
        ("npm", "a", "1.0.0", "installed"),
        ("npm", "ms", "2.1.3", "installed"),
        ("npm", "npm", "10.8.2", "installed"),
    ]


def owned_by_dpkg(*paths: str) -> Tree:
    return debian().file("/var/lib/dpkg/info/python3-x.list", "/.\n/usr\n" + "\n".join(paths) + "\n")


def owned_by_rpm(*paths: str) -> Tree:
    header = formats.rpm_header("python3-x", "1", "1.el9", "noarch", "python-x-1-1.el9.src.rpm", files=paths)
    return rhel().file("/var/lib/rpm/rpmdb.sqlite", formats.rpm_database([header]))


def owned_by_apk(*paths: str) -> Tree:
    lines = [f"F:{path.rpartition('/')[0][1:]}\nR:{path.rpartition('/')[2]}\n" for path in paths]
    return alpine().append("/lib/apk/db/installed", f"\nP:py3-x\nV:1\n{''.join(lines)}\n")


@pytest.mark.parametrize("build", [owned_by_dpkg, owned_by_rpm, owned_by_apk])
def test_what_the_distribution_brought_is_counted_and_not_listed(build: Any) -> None:
    ours = [f"{SYSTEM}/yaml-6.0.dist-info/METADATA", "/usr/lib/node_modules/npm/package.json"]
    tree = build(*ours)
    tree = tree.file(ours[0], metadata("PyYAML", "6.0")).file(ours[1], package("npm", "9.2.0"))
    tree = tree.file(f"{SYSTEM}/mine-1.dist-info/METADATA", metadata("mine", "1"))
    facts = tree.facts("language_packages")
    assert (facts["state"], facts["owned"]) == ("read", 2)
    assert found(tree) == [("PyPI", "mine", "1", "installed")]


def test_where_ownership_cannot_be_told_nothing_is_counted_twice() -> None:
    tree = owned_by_dpkg(f"{SYSTEM}/yaml-6.0.dist-info/METADATA")
    tree = tree.file(f"{SYSTEM}/yaml-6.0.dist-info/METADATA", metadata("PyYAML", "6.0"))
    tree = tree.file(f"{VENV}/flask-3.0.dist-info/METADATA", metadata("Flask", "3.0"))
    facts = tree.unreadable("/var/lib/dpkg/info/python3-x.list").facts("language_packages")
    assert facts["state"] == "partial"
    assert [item["name"] for item in facts["items"]] == ["Flask"]
    assert facts["problems"][0]["what"] == "/var/lib/dpkg/info/python3-x.list"


def test_a_machine_without_such_packages_says_so_and_where_it_looked() -> None:
    facts = debian().folder("/srv").facts("language_packages")
    assert (facts["state"], facts["items"], facts["owned"]) == ("read", [], 0)
    assert "/srv" in facts["source"]


def test_a_folder_that_may_not_be_read_makes_it_partial() -> None:
    tree = debian().file(f"{VENV}/flask-3.0.dist-info/METADATA", metadata("Flask", "3.0"))
    facts = tree.file("/opt/secret/a", "").unreadable("/opt/secret").facts("language_packages")
    assert facts["state"] == "partial"
    assert {"what": "/opt/secret", "reason": "Permission denied"} in facts["problems"]


class TestBounds:
    """However large the machine, the search ends and says that it was cut short."""

    TREE = debian().written({f"/srv/{n}/requirements.txt": f"p{n}==1.0\n" for n in range(20)})

    def facts(self) -> dict[str, Any]:
        return self.TREE.facts("language_packages")

    def test_it_stops_after_so_many_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(walking, "ENTRIES", 40)
        facts = self.facts()
        assert facts["state"] == "partial"
        assert facts["problems"][0]["reason"] == "the search was ended after 40 entries"
        assert 0 < len(facts["items"]) < 20

    def test_it_stops_after_so_many_packages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(language_packages, "ITEMS", 5)
        facts = self.facts()
        assert (facts["state"], len(facts["items"])) == ("partial", 5)

    def test_it_stops_after_so_long(self) -> None:
        times = iter(range(0, 1000, 4))
        search = walking.Search(Look(Host(self.TREE.machine(), NOW, None)), lambda: float(next(times)))
        seen = list(search.walk("/srv", lambda folder: folder.folders))
        assert search.cut == "the search was ended after 30 seconds"
        assert len(seen) == 7

    def test_it_goes_so_deep(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(walking, "DEPTH", 0)
        facts = self.facts()
        assert facts["items"] == []
        assert {"what": "/srv", "reason": "folders more than 0 deep are not looked into"} in facts["problems"]

    def test_it_enters_no_file_system_of_another_computer(self) -> None:
        mounted = "36 35 0:30 / /srv rw - nfs4 files:/export rw\n"
        assert found(self.TREE.append("/proc/self/mountinfo", mounted)) == []

    def test_it_follows_no_link(self) -> None:
        assert len(found(self.TREE.link("/srv/0/again", "/srv"))) == 20


LOCKS: list[tuple[str, str, list[tuple[str, str]]]] = [
    (
        "package-lock.json",
        json.dumps(
            {
                "lockfileVersion": 1,
                "dependencies": {
                    "a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}},
                    "c": {"version": "npm:d@3.0.0"},
                    "e": {"version": "git+https://x.example/e.git#1"},
                },
            }
        ),
        [("a", "1.0.0"), ("b", "2.0.0"), ("d", "3.0.0")],
    ),
    (
        "package-lock.json",
        json.dumps(
            {
                "lockfileVersion": 3,
                "packages": {
                    "": {"name": "ours", "version": "1.0.0"},
                    "tools/x": {"name": "x", "version": "1"},
                    "node_modules/x": {"resolved": "tools/x", "link": True},
                    "node_modules/@s/a": {"version": "1.2.3"},
                    "node_modules/@s/a/node_modules/b": {"version": "2.0.0"},
                    "node_modules/alias": {"name": "real", "version": "4.0.0"},
                },
            }
        ),
        [("@s/a", "1.2.3"), ("b", "2.0.0"), ("real", "4.0.0")],
    ),
    (
        "yarn.lock",
        '# yarn lockfile v1\n\n\n"@s/a@^1.0.0", "@s/a@^1.2.0":\n  version "1.2.3"\n  resolved "x"\n\n'
        'b@2.x:\n  version "2.0.1"\n\nc@npm:d@^3:\n  version "3.1.0"\n',
        [("@s/a", "1.2.3"), ("b", "2.0.1"), ("d", "3.1.0")],
    ),
    (
        "yarn.lock",
        '__metadata:\n  version: 8\n\n"@s/a@npm:^1.0.0":\n  version: 1.2.3\n  resolution: "@s/a"\n\n'
        '"ours@workspace:.":\n  version: 0.0.0-use.local\n',
        [("@s/a", "1.2.3")],
    ),
    (
        "poetry.lock",
        '[[package]]\nname = "flask"\nversion = "3.0.0"\n\n[package.dependencies]\nname = "no"\n\n'
        '[[package]]\nname = "six"\nversion = "1.16.0"\n',
        [("flask", "3.0.0"), ("six", "1.16.0")],
    ),
    (
        "Pipfile.lock",
        json.dumps({"default": {"flask": {"version": "==3.0.0"}, "own": {"path": "."}}, "develop": {}}),
        [("flask", "3.0.0")],
    ),
    (
        "requirements.txt",
        "flask==3.0.0 \\\n    --hash=sha256:00\nsix[x] == 1.16.0 ; python_version < '3'  # old\n"
        "loose>=1\nstar==1.*\n-r other.txt\n-e .\n",
        [("flask", "3.0.0"), ("six", "1.16.0")],
    ),
    (
        "go.mod",
        "module example.org/ours\n\ngo 1.22\n\nrequire example.org/a v1.0.0 // indirect\n"
        "require (\n\texample.org/b v2.0.0+incompatible\n\texample.org/c v0.1.0\n\texample.org/d v1.0.0\n)\n"
        "replace example.org/c => ../c\nreplace (\n\texample.org/d v1.0.0 => example.org/e v1.1.0\n)\n",
        [("example.org/a", "v1.0.0"), ("example.org/b", "v2.0.0+incompatible"), ("example.org/e", "v1.1.0")],
    ),
    (
        "go.sum",
        "example.org/a v1.0.0 h1:x=\nexample.org/a v1.0.0/go.mod h1:y=\nexample.org/b v0.9.0/go.mod h1:z=\n",
        [("example.org/a", "v1.0.0")],
    ),
    (
        "Cargo.lock",
        'version = 3\n\n[[package]]\nname = "ours"\nversion = "0.1.0"\n\n[[package]]\nname = "serde"\n'
        'version = "1.0.1"\nsource = "registry+https://x.example"\ndependencies = [\n "a",\n]\n',
        [("serde", "1.0.1")],
    ),
    (
        "composer.lock",
        json.dumps({"packages": [{"name": "a/b", "version": "v1.0"}], "packages-dev": None}),
        [("a/b", "v1.0")],
    ),
    (
        "Gemfile.lock",
        "PATH\n  remote: .\n  specs:\n    ours (1.0)\n\nGEM\n  remote: https://x.example/\n  specs:\n"
        "    nokogiri (1.16.0-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.7.3)\n\nPLATFORMS\n  ruby\n",
        [("nokogiri", "1.16.0"), ("racc", "1.7.3")],
    ),
]


@pytest.mark.parametrize(("name", "text", "told"), LOCKS)
def test_a_lock_file_names_what_a_project_was_built_with(
    name: str, text: str, told: list[tuple[str, str]]
) -> None:
    assert [(one.name, one.version) for one in read_lock(name, text)] == told
    listed = found(debian().file(f"/srv/app/{name}", text))
    assert {(one[1], one[2]) for one in listed} == set(told)
    assert {one[3] for one in listed} == {name}


def test_go_sum_is_read_only_where_no_go_mod_says_what_is_used() -> None:
    tree = debian().file("/srv/app/go.sum", "example.org/a v1.0.0 h1:x=\n")
    assert len(found(tree)) == 1
    assert found(tree.file("/srv/app/go.mod", "module example.org/ours\n")) == []


def test_lock_files_within_packages_of_others_say_nothing_about_this_project() -> None:
    lock = json.dumps({"packages": {"node_modules/a": {"version": "1"}}})
    tree = debian().written(
        {
            "/srv/app/node_modules/x/package-lock.json": lock,
            "/srv/app/vendor/github.com/x/package-lock.json": lock,
            "/home/alice/go/pkg/mod/x/package-lock.json": lock,
            f"{VENV}/x/package-lock.json": lock,
        }
    )
    assert found(tree) == []


@pytest.mark.parametrize("text", ['{"packages": {"node_modules/a": ', "[]", "[" * 100_000, '{"packages": 7}'])
def test_a_damaged_lock_file_is_named_and_the_rest_is_read(text: str) -> None:
    tree = debian().file("/srv/app/package-lock.json", text).file("/srv/b/requirements.txt", "six==1\n")
    facts = tree.facts("language_packages")
    assert facts["state"] == "partial"
    assert facts["problems"][0]["what"] == "/srv/app/package-lock.json"
    assert [item["name"] for item in facts["items"]] == ["six"]


@pytest.mark.parametrize("name", ["a\x1b[2J", "x" * 300, ""])
def test_a_name_that_cannot_be_one_is_not_taken(name: str) -> None:
    tree = debian().file("/srv/node_modules/a/package.json", package(name, "1.0.0"))
    facts = tree.facts("language_packages")
    assert (facts["items"], facts["problems"][0]["what"]) == ([], "/srv/node_modules/a")


@given(st.sampled_from(sorted(READERS)), st.text() | st.sampled_from([text for _, text, _ in LOCKS]))
def test_no_text_makes_a_reader_fail_otherwise_than_it_says(name: str, text: str) -> None:
    with contextlib.suppress(ValueError):
        read_lock(name, text)
