"""Writes the lock files: every version and hash, and no registry's address (pip brings its own)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = str(Path(sys.executable).parent / "uv")


def lock(source: str, target: str, *options: str) -> None:
    command = [UV, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
    command += ["--python-version=3.11", source, "--output-file", target, *options]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    lock("pyproject.toml", "requirements/runtime.txt")
    # The same versions in development as in a deployment.
    lock("pyproject.toml", "requirements/dev.txt", "--extra=dev", "--constraints=requirements/runtime.txt")
    lock("requirements/node.in", "requirements/node.txt")
