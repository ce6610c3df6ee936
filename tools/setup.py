"""Sets a checkout up: Debian packages, Python environment, front end. Free when nothing changed.

python3 tools/setup.py         what it takes to run Roundtable
python3 tools/setup.py tests   what its tests need, too (sqlite after it: without PostgreSQL)
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".roundtable"

# WeasyPrint lays out with Pango and HarfBuzz; Noto covers the names of people whom Inter's letters do not.
TO_RUN = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-core")
TO_TEST = ("chromium", "nginx", "openssl", "poppler-utils", "strace", "systemd")
POSTGRESQL = ("postgresql",)

NODE = (20, 19)  # what Sass asks for; Debian 12 has 18


def run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"set-up stopped: this command failed: {' '.join(str(part) for part in command)}")


def is_installed(package: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Status}", package], capture_output=True, text=True, check=False
    )
    return asked.stdout == "installed"


def debian_packages(wanted: tuple[str, ...]) -> None:
    """Installs what is missing as root; tells anybody else the exact line to run."""
    if not shutil.which("dpkg-query"):
        print(f"not a Debian system: see to it that these are there: {' '.join(wanted)}")
        return
    missing = [package for package in wanted if not is_installed(package)]
    if not missing:
        return
    if os.geteuid() != 0:
        line = f"sudo apt-get install {' '.join(missing)}"
        sys.exit(f"these Debian packages are missing; install them and try again:\n\n  {line}\n")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "-q")
    run("apt-get", "install", "-q", "-y", "--no-install-recommends", *missing)


def python_environment() -> None:
    """Makes .venv from the lock file, every package checked against its hash."""
    lock = ROOT / "requirements" / "dev.txt"
    parts = [
        lock.read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        str(ROOT).encode(),
        sys.version.encode(),
    ]
    stamp = f"{ROOT} {hashlib.sha256(b'|'.join(parts)).hexdigest()}"
    known = STAMP.read_text(encoding="utf-8") if STAMP.is_file() else ""
    if PYTHON.exists() and known == stamp:
        return
    if not PYTHON.exists() or (known and known.rpartition(" ")[0] != str(ROOT)):
        # A moved environment still names its old place in every script.
        run(sys.executable, "-m", "venv", "--clear", VENV)
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    print("installing the Python packages of requirements/dev.txt …", flush=True)
    run(*pip, "--require-hashes", "-r", lock)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    STAMP.write_text(stamp, encoding="utf-8")


def has_node() -> bool:
    """Whether npm and a node that Sass runs on are on PATH, or in .venv from an earlier set-up."""
    if (VENV / "bin" / "npm").exists():
        return True
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2] if part.isdigit()) >= NODE


def front_end() -> None:
    """Builds core/static/; brings a node of its own where the machine has none that is new enough."""
    if not has_node():
        print("installing Node.js into .venv, for the front end …", flush=True)
        run(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "-r",
            ROOT / "requirements" / "node.txt",
        )
    run(PYTHON, ROOT / "tools" / "build_assets.py")


def main(arguments: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  it is the set-up that finds out
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11 …")
    wanted = TO_RUN
    if not importlib.util.find_spec("ensurepip"):
        wanted += ("python3-venv",)
    if "tests" in arguments:
        wanted += TO_TEST if "sqlite" in arguments else TO_TEST + POSTGRESQL
    debian_packages(wanted)
    python_environment()
    front_end()


if __name__ == "__main__":
    main(sys.argv[1:])
