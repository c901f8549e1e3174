"""What a release consists of: the site as a ZIP, its bill of materials, the licences, and the digests of the three.

Run by ``make release``. The same sources and the same pins give the same bytes: names are in order, dates are those of
the ZIP format's first day, and the bill of materials has neither time nor serial number.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageMetadata, files, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements/build.txt"
NAME = "statusbook"


def main() -> int:
    target = ROOT / "artefacts/release"
    target.mkdir(parents=True, exist_ok=True)
    site = ROOT / "artefacts/release-site"
    build = [sys.executable, "build.py", "build", "--strict", "--no-cache", "--output", str(site), *sys.argv[1:]]
    status = subprocess.run(build, cwd=ROOT, check=False).returncode
    if status:
        return status
    pack(site, target / f"{NAME}.zip")
    bill_of_materials(target / f"{NAME}.cdx.json")
    (target / "licences.md").write_text(licences(), "utf-8")
    sums(target)
    sys.stdout.write(f"{target.relative_to(ROOT)}: {', '.join(sorted(path.name for path in target.iterdir()))}\n")
    return 0


def pack(site: Path, archive: Path) -> None:
    """The site below one folder, so that unpacking it makes no mess."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{NAME}/{path.relative_to(site).as_posix()}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            bundle.writestr(entry, path.read_bytes())


def bill_of_materials(path: Path) -> None:
    """CycloneDX 1.6 of the packages that make the site, with the hashes of their pins."""
    command = [
        Path(sys.executable).with_name("cyclonedx-py"),
        "requirements",
        str(PINS),
        "--pyproject",
        "pyproject.toml",
    ]
    options = ["--output-reproducible", "--mc-type", "application", "--spec-version", "1.6", "--of", "JSON", "-o", path]
    subprocess.run([*command, *options], cwd=ROOT, check=True)


def licences() -> str:
    """A table of the packages that make the site and what they are licensed under, by their own metadata."""
    lines = [
        "# Licences",
        "",
        "Statusbook's code is under the MIT licence, its content under CC BY 4.0 (see LICENSE). The site contains no",
        "code of others. These packages make it:",
        "",
        "| Package | Version | Licence |",
        "| --- | --- | --- |",
    ]
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", PINS.read_text("utf-8"), re.M):
        about = metadata(name)
        if about["Version"] != version:
            raise SystemExit(f"{name} {about['Version']} is installed, {version} is pinned: run make build first")
        lines.append(f"| {name} | {version} | {licence(about)} |")
    return "\n".join([*lines, ""])


def licence(about: PackageMetadata) -> str:
    """The licence by the newest of the ways in which packages say it (PEP 639 and before), or by their file."""
    classifiers = about.get_all("Classifier", [])
    classified = "; ".join(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::"))
    stated = about.get("License-Expression") or classified or (about.get("License") or "").partition("\n")[0]
    if stated:
        return str(stated)
    for file in files(about["Name"]) or ():
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            first = file.read_text("utf-8").strip().partition("\n")[0].strip()
            return first if "licen" in first.lower() else f"see its file {file.name}: {first}"
    raise SystemExit(f"{about['Name']} does not say what it is licensed under")


def sums(folder: Path) -> None:
    """Digests as ``sha256sum --check`` reads them."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), "ascii")


if __name__ == "__main__":
    sys.exit(main())
