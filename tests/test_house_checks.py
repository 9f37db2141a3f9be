"""The house's own checks find what they are for, and the house passes them."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")

spec = importlib.util.spec_from_file_location("without_qt", REPO / "packaging/without_qt.py")
assert spec is not None
assert spec.loader is not None
without_qt = importlib.util.module_from_spec(spec)
spec.loader.exec_module(without_qt)


def check(name: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(REPO / "packaging" / name), str(root)], capture_output=True, text=True, check=False
    )


def catalogue(root: Path, zh: str, en: str, code: str = "") -> Path:
    for language, text in (("zh", zh), ("en", en)):
        folder = root / "assets" / "translations" / language
        folder.mkdir(parents=True)
        (folder / "room.po").write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n' + text, "utf-8"
        )
    (root / "cockpit").mkdir()
    (root / "cockpit" / "x.py").write_text(code, "utf-8")
    return root


def entry(text_id: str, text: str) -> str:
    return f'msgid "{text_id}"\nmsgstr "{text}"\n\n'


@pytest.mark.parametrize(
    ("zh", "en", "code", "said"),
    [
        (entry("room.a", "甲"), "", "", "room.a is not there in English"),
        ("", entry("room.a", "a"), "", "room.a is not there in Chinese"),
        (entry("room.a", "{n} 件"), entry("room.a", "{m} of them"), "", "has placeholders"),
        (entry("room.a", "甲 {"), entry("room.a", "a"), "", "braces"),
        (entry("room.a", "甲"), entry("room.a", ""), "", "has no text"),
        (entry("room.a", "甲") * 2, entry("room.a", "a"), "", "is there twice"),
        ("", "", 'Message("room.b")', "there is no text room.b"),
        ("", "", 'self.ctx.t("room.b", n=1)', "there is no text room.b"),
        ("", "", 'raise UserError("room.b")', "there is no text room.b"),
    ],
)
def test_the_catalogue_check_says_what_is_wrong(tmp_path: Path, zh: str, en: str, code: str, said: str) -> None:
    done = check("check_texts.py", catalogue(tmp_path, zh, en, code))
    assert done.returncode == 1
    assert said in done.stdout


def test_a_catalogue_that_fits_passes(tmp_path: Path) -> None:
    texts = (entry("room.a", "{n} 件"), entry("room.a", "{n} of them"))
    assert check("check_texts.py", catalogue(tmp_path, *texts, 'Message("room.a", {"n": 1})')).returncode == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "PATH = '/" + "work/main/x'"),
        ("b.md", "see /" + "home/wang/city"),
        ("c.toml", "x = '/" + "root/x'"),
        ("d.lock", "--index-url https" + "://pypi.example/simple"),
    ],
)
def test_the_path_check_finds_paths_of_a_machine_and_addresses_in_locks(tmp_path: Path, name: str, text: str) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert check("check_paths.py", tmp_path).returncode == 0
    (tmp_path / name).write_text(text, "utf-8")
    done = check("check_paths.py", tmp_path)
    assert done.returncode == 1
    assert f"{name}:1" in done.stdout


def pins(name: str) -> dict[str, set[str]]:
    """Versions of each package of a lock."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (REPO / "packaging" / name).read_text(), re.M):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_hashes_and_the_core_needs_no_addons(name: str) -> None:
    text = (REPO / "packaging" / name).read_text("utf-8")
    for requirement in re.split(r"^(?=\S)", text, flags=re.MULTILINE):
        if requirement.strip():
            assert "--hash=sha256:" in requirement, requirement
    assert "pyside6" not in pins(name)
    assert ("pyside6-addons" in pins(name)) == (name == LOCKS[1])  # for the tests of what is optional
    assert "setuptools" in pins(name)


def test_the_development_lock_holds_the_runtime_lock() -> None:
    runtime, development = (pins(name) for name in LOCKS)
    assert runtime.items() <= development.items()


def test_the_environment_without_qt_has_the_rest_with_an_interpreter_of_its_own(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    inside = Path(f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages")
    (old / "bin").mkdir(parents=True)
    for name in ("PySide6_Essentials", "NumPy", "ruff"):
        module, info = name.lower(), old / inside / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (old / inside / f"{module}.py").write_text("ONE = 1\n")
        (old / "bin" / module).write_text(f"#!{old}/bin/python\nprint(1)\n")
        (old / "bin" / module).chmod(0o755)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text(f"{module}.py,,\nwas_removed.py,,\n../../../bin/{module},,\n/etc/hostname,,\n")
    without_qt.make(old, new, without_qt.QT | without_qt.LINTERS)
    assert {path.name for path in (new / inside).iterdir()} == {"numpy.py"}
    script = new / "bin/numpy"
    assert script.read_text() == f"#!{new}/bin/python\nprint(1)\n"
    assert script.stat().st_mode & 0o111
    assert not (new / "bin/ruff").exists()
    assert (old / "bin/numpy").read_text().startswith(f"#!{old}")
    assert subprocess.run([new / "bin/python", "-c", "import numpy"], check=True).returncode == 0


def test_what_needs_qt_is_known_by_name_to_the_environment_without_it() -> None:
    runtime = pins("requirements.lock").keys()
    of_qt = {
        name for name in pins("requirements-dev.lock") if re.match(r"pyside|shiboken|pyqt|vispy|qasync|pytest-qt", name)
    }
    assert of_qt == without_qt.QT
    assert not without_qt.LINTERS & runtime


def test_system_packages_are_named_for_a_person_who_may_not_install() -> None:
    done = subprocess.run(
        ["packaging/system-deps.sh", "--tests", "--list"], cwd=REPO, capture_output=True, text=True, check=True
    )
    packages = done.stdout.split()
    assert {"libxcb-cursor0", "xvfb", "fcitx5"} <= set(packages)
    assert len(packages) == len(set(packages))


@pytest.mark.slow
def test_nothing_but_ui_widgets_and_layouts_is_loaded_with_qt() -> None:
    """Every Qt-free module imports in a Python whose Qt can not be imported."""
    rooms = (REPO / "cockpit").rglob("*.py")
    modules = sorted(
        ".".join(path.relative_to(REPO).with_suffix("").parts).removesuffix(".__init__")
        for path in rooms
        if "ui" not in path.relative_to(REPO).parts and path.name != "__main__.py"
    )
    code = (
        "import importlib, sys\n"
        "for name in ('PySide6', 'shiboken6', 'pyqtgraph', 'vispy', 'qasync'): sys.modules[name] = None\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *modules], cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_room_and_module_is_under_the_rule_who_imports_whom() -> None:
    """A new one is put under the contracts, or here as one that starts the window."""
    opens_the_window = {"__main__", "cli", "doctor", "doctor_checks", "doctor_screen", "launch", "ui"}
    top = [path for path in (REPO / "cockpit").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    rooms = {path.name for path in top if path.is_dir()}
    modules = {path.stem for path in top} - {"__init__"}
    contracts = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    by_source = {contract["source_modules"][0]: contract for contract in contracts if "source_modules" in contract}
    without_qt = {name.removeprefix("cockpit.") for name in by_source["cockpit.model"]["source_modules"]}
    assert without_qt == modules - opens_the_window
    for who, may in (("widgets", {"model", "picture", "geo", "share"}), ("layouts", {"model"})):
        barred = {name.removeprefix("cockpit.") for name in by_source[who]["forbidden_modules"]}
        assert rooms - may <= barred, who
