"""The built front end: what pages name is there, within its weight, ours to use, and cached by its name."""

import json
import os
import re
from pathlib import Path

import pytest

from core.paths import static_root, template_root
from core.web import assets
from core.web.assets import asset_url, static_max_age
from tools import build_assets


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    names: dict[str, str] = json.loads((static_root() / "manifest.json").read_text(encoding="utf-8"))
    return names


def test_every_asset_that_a_template_names_was_built(manifest: dict[str, str]) -> None:
    for template in template_root().rglob("*.html"):
        for name in re.findall(r'asset_url\("([^"]+)"\)', template.read_text(encoding="utf-8")):
            assert (static_root() / manifest[name]).is_file(), f"{template}: {name}"


def test_an_asset_that_does_not_exist_is_an_error_not_a_broken_address() -> None:
    with pytest.raises(KeyError):
        asset_url("no-such.css")


def test_a_running_server_names_what_was_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "static_root", lambda: tmp_path)
    with pytest.raises(RuntimeError, match="make setup"):
        asset_url("app.css")
    for moment, name in enumerate(("app.aaaaaaaaaaaa.css", "app.bbbbbbbbbbbb.css")):
        (tmp_path / "manifest.json").write_text(json.dumps({"app.css": name}), encoding="utf-8")
        os.utime(tmp_path / "manifest.json", (moment, moment))
        assert asset_url("app.css") == f"/static/{name}"


def test_what_a_built_file_names_was_built_and_lies_beside_it() -> None:
    for file in [*static_root().glob("*.css"), *static_root().glob("*.js")]:
        text = file.read_text(encoding="utf-8")
        named = (
            re.findall(r"url\(\"?([^\")]+)", text)
            if file.suffix == ".css"
            else re.findall(r'^import.*"(.+)"', text, re.M)
        )
        for address in named:
            assert address.startswith("./"), f"{file.name} reaches for {address}"
            assert (static_root() / address).is_file(), f"{file.name}: {address}"


def test_a_first_page_loads_at_most_300_kilobytes_of_assets(manifest: dict[str, str]) -> None:
    def sent(name: str) -> int:
        zipped = static_root() / f"{manifest[name]}.gz"
        return (zipped if zipped.is_file() else static_root() / manifest[name]).stat().st_size

    base = (template_root() / "base.html").read_text(encoding="utf-8")
    first = set(build_assets.FIRST_LOAD)
    assert set(re.findall(r'asset_url\("([^"]+)"\)', base)) - {"licences.txt"} <= first
    assert sum(sent(name) for name in first) <= 300 * 1024


def test_hashed_files_are_kept_for_a_year_and_others_are_asked_for_again(manifest: dict[str, str]) -> None:
    assert static_max_age(manifest["app.css"]) == 365 * 24 * 3600
    assert static_max_age("manifest.json") == 0
    assert static_max_age(None) == 0


def test_neither_crown_nor_crest_nor_gds_transport_is_served() -> None:
    served = " ".join(path.name for path in static_root().iterdir())
    assert not re.search(r"crest|crown|transport", served)
    assert "GDS Transport" not in next(static_root().glob("app.*.css")).read_text(encoding="utf-8")


def test_the_licence_of_every_bundled_package_comes_with_it(manifest: dict[str, str]) -> None:
    notices = (static_root() / manifest["licences.txt"]).read_text(encoding="utf-8")
    for package in build_assets.PACKAGES:
        assert package in notices
    assert notices.count("MIT License") == 2
    assert "SIL OPEN FONT LICENSE" in notices.upper()


def test_a_changed_source_changes_the_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build_assets.fingerprint()
    assert build_assets.is_current(before), "core/static/ is older than its sources: run make setup"
    for name in ("package-lock.json", ".npmrc", "tools/build_assets.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((build_assets.ROOT / name).read_bytes())
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.scss").write_text("p { color: red }", encoding="utf-8")
    monkeypatch.setattr(build_assets, "ROOT", tmp_path)
    monkeypatch.setattr(build_assets, "SOURCES", tmp_path / "assets")
    monkeypatch.setattr(build_assets, "__file__", str(tmp_path / "tools/build_assets.py"))
    assert build_assets.fingerprint() != before


def test_every_class_of_our_own_that_a_template_uses_has_its_style() -> None:
    sheets = " ".join(path.read_text(encoding="utf-8") for path in build_assets.SOURCES.glob("*.scss"))
    styled = set(re.findall(r"\.(app-[\w-]+)", sheets))
    pages = [*template_root().rglob("*.html"), *(build_assets.ROOT / "plugins").rglob("*.html")]
    for page in (page for page in pages if "pdf" not in page.parts):
        for classes in re.findall(r'class="([^"]*)"', page.read_text(encoding="utf-8")):
            used = {name for name in re.findall(r"[\w-]+", classes) if name.startswith("app-")}
            assert used <= styled, f"{page.name}: {used - styled}"
