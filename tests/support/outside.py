"""An environment of its own outside the checkout: what is installed there is all there is, but for the libraries."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

LIBRARIES = Path(sysconfig.get_paths()["purelib"])
"""Where the libraries lie that Roundtable needs. No registry is asked for them again."""


class Outside:
    """A folder with a clean environment in it, and commands that are run there as somebody would type them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = folder / "environment"
        venv.create(environment)
        self.bin = environment / "bin"
        self.python = self.bin / "python"
        self.site = Path(
            self.run(str(self.python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip()
        )
        # Its line adds the folder and nothing more: the checkout, to which a .pth file in there leads, stays out.
        (self.site / "libraries.pth").write_text(f"{LIBRARIES}\n", encoding="utf-8")
        self._script("pip")

    def run(self, *command: str, cwd: Path | None = None, exits: int = 0, **settings: str) -> str:
        """What a command says, run in the folder with the environment's programs first. `settings`: variables."""
        ran = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env={**self._variables(), **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == exits, f"{' '.join(command)} exited with {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr

    def install(self, wheel: Path) -> None:
        """Install a wheel with what it needs, all of which is there."""
        self.run("pip", "install", "--quiet", str(wheel))

    def _script(self, module: str) -> None:
        """A program that runs a module which lies among the libraries with this environment's Python."""
        path = self.bin / module
        path.write_text(f'#!/bin/sh\nexec "{self.python}" -m {module} "$@"\n', encoding="utf-8")
        path.chmod(0o755)

    def _variables(self) -> dict[str, str]:
        """Those of this process, less what leads into the checkout; pip builds with what is there, and asks nobody."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ROUNDTABLE_", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV"))
        }
        return kept | {
            "PATH": f"{self.bin}{os.pathsep}{kept.get('PATH', os.defpath)}",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip's own way of saying: no isolation
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }


def wheel_of(source: Path, into: Path) -> Path:
    """The wheel of a package's folder, built without asking anybody."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(into.glob("*.whl"))
