"""`make test`: the whole suite, then the record's part of it once more on PostgreSQL.

Ends with what did not run on this machine and the one command that enables it. In CI nothing may be missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.services import postgresql_programs

ENABLE = (
    "apt-get install -y --no-install-recommends chromium curl postgresql golang-go golang-golang-x-mod-dev "
    "poppler-utils rpm libdpkg-perl ruby php-cli php-composer-semver nodejs node-semver libmaven3-core-java "
    "libcommons-lang3-java default-jre-headless openssh-server ansible-core python3-apt dnf createrepo-c"
)
VERSION_ORACLES = {
    "/usr/share/perl5/Dpkg/Version.pm": "libdpkg-perl",
    "/usr/bin/rpm": "rpm",
    "/usr/bin/ruby": "ruby",
    "/usr/share/php/Composer/Semver/autoload.php": "php-cli, php-composer-semver",
    "/usr/share/nodejs/semver": "nodejs, node-semver",
    "/usr/share/java/maven3-artifact.jar": "libmaven3-core-java, libcommons-lang3-java, default-jre-headless",
}
"""The programs that define an order of versions: a file of each, and what brings it."""
DEPLOYING = {
    "/usr/sbin/sshd": "openssh-server",
    "/usr/bin/ansible-playbook": "ansible-core",
    "/usr/lib/python3/dist-packages/apt": "python3-apt",
    "/usr/bin/dnf": "dnf",
    "/usr/bin/createrepo_c": "createrepo-c",
}
"""What the deployer installs a package of ours with: a file of each, and what brings it."""
ON_POSTGRESQL = ("tests/ledger", "tests/program", "tests/systems")


def lacking() -> list[str]:
    """What this machine lacks, in words."""
    found = []
    if not shutil.which("chromium"):
        found.append("browser tests (chromium)")
    if not shutil.which("curl"):
        found.append("the examples of the API (curl)")
    if postgresql_programs() is None:
        found.append("the record on PostgreSQL (postgresql)")
    if not shutil.which("go") or not Path("/usr/share/gocode/src/golang.org/x/mod").exists():
        found.append("Go's verification of our export (golang-go, golang-golang-x-mod-dev)")
    if not shutil.which("pdftotext"):
        found.append("reading our PDFs (poppler-utils)")
    lacked = [package for file, package in DEPLOYING.items() if not Path(file).exists()]
    if lacked:
        found.append(f"installing a package of ours for real ({', '.join(lacked)})")
    oracles = [package for file, package in VERSION_ORACLES.items() if not Path(file).exists()]
    if oracles:
        found.append(f"the order of versions against those who define it ({', '.join(oracles)})")
    if not (Path(__file__).parents[1].parent / "shared" / "data").exists():
        found.append("vectors and real data (../shared, beside the project)")
    return found


def main() -> int:
    base = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    code = subprocess.run(base, check=False).returncode
    if postgresql_programs() is not None:
        again = subprocess.run([*base, "--postgresql", "-m", "not browser", *ON_POSTGRESQL], check=False)
        code = code or again.returncode
    missing = lacking()
    if missing:
        print("\nNot run on this machine:", *missing, sep="\n  - ")
        print(f"To enable what can be installed: {ENABLE}")
        if os.environ.get("CI"):
            return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())
