"""bin/_environment: what a machine that lacks something is told, each in one sentence."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.platform.watching import ROOT

PYTHON = "#!/bin/sh\n"
TOO_OLD = 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac\n'
WITHOUT_VENV = (
    'case "$*" in *ensurepip*) exit 1 ;; *print*) echo python3.11-venv ;; --version) echo Python 3.11.2 ;; esac\n'
)
# Stands in for uv: makes an environment whose Python knows its machine, and cannot install.
UV = """#!/bin/sh
if [ "$1" = venv ]; then
  for folder; do :; done
  mkdir -p "$folder/bin"
  printf '#!/bin/sh\\ncase "$2" in *platform*) echo Python 3.15.0 on Plan9 mips ;; esac\\n' >"$folder/bin/python"
  chmod +x "$folder/bin/python"
  exit 0
fi
echo "$*" >>"$UV_CALLS"
[ -z "$UV_SAYS" ] && exit 0
echo "$UV_SAYS"
exit 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The scripts alone, with requirements of their own, on a machine of ours to shape."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("flask==3.1.3\n")
    (tmp_path / "machine").mkdir()
    for program in ("bash", "sh", "dirname", "id", "cat", "cksum", "tail", "head", "grep", "mkdir", "chmod"):
        found = shutil.which(program)
        assert found is not None
        (tmp_path / "machine" / program).symlink_to(found)
    return tmp_path


def has(project: Path, program: str, script: str) -> None:
    path = project / "machine" / program
    path.write_text(script)
    path.chmod(0o755)


def run(project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    calls = str(project / "calls")
    return subprocess.run(
        [str(project / "bin" / "run")],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(project / "machine"), "UV_CALLS": calls, **environment},
    )


def sentence(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    return run.stderr


def test_no_python_gets_a_sentence(project: Path) -> None:
    assert sentence(run(project)).startswith("Frontrow needs Python 3.11 or newer, and no Python was found;")


def test_a_python_too_old_gets_a_sentence(project: Path) -> None:
    has(project, "python3", PYTHON + TOO_OLD)
    assert "Python 3.11 or newer, and Python 3.9.2 was found;" in sentence(run(project))


def test_a_python_without_venv_gets_a_sentence(project: Path) -> None:
    has(project, "python3", PYTHON + WITHOUT_VENV)
    assert sentence(run(project)) == (
        "Python lacks its venv module; on Debian and Ubuntu: apt-get install python3.11-venv\n"
    )


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: No matching distribution found for gevent==26.9.0",
        "cause: Because gevent==26.9.0 has no usable wheels and you require gevent==26.9.0, we can conclude",
    ],
    ids=["pip", "uv"],
)
def test_a_package_without_a_wheel_gets_a_sentence(project: Path, said: str) -> None:
    has(project, "python3", PYTHON)
    has(project, "uv", UV)
    assert sentence(run(project, UV_SAYS=said)).startswith(
        "gevent==26.9.0 comes without a ready-made wheel for Python 3.15.0 on Plan9 mips, "
        "and Frontrow compiles nothing;"
    )


def test_no_network_gets_a_sentence(project: Path) -> None:
    has(project, "python3", PYTHON)
    has(project, "uv", UV)
    said = "Failed to establish a new connection; No matching distribution found for flask==3.1.3"
    assert sentence(run(project, UV_SAYS=said)).startswith("The packages could not be fetched;")


def test_packages_are_installed_again_only_when_the_requirements_change(project: Path) -> None:
    has(project, "python3", PYTHON)
    has(project, "uv", UV)
    calls = project / "calls"
    for requirements, installs in [("flask==3.1.3\n", 1), ("flask==3.1.3\n", 1), ("flask==3.1.4\n", 2)]:
        (project / "requirements.txt").write_text(requirements)
        assert run(project).returncode == 0
        assert len(calls.read_text().splitlines()) == installs
    assert all("--only-binary :all:" in call for call in calls.read_text().splitlines())
    assert os.listdir(project / ".venv") != []
