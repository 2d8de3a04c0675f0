#!/usr/bin/env python3
"""Run a job of edutargets from a fresh checkout: `python3 run.py demo`, `python3 run.py test`.

Needs nothing but Python: it makes `.venv/` from `requirements.lock` (every file checked by its hash) when
that is missing or out of date, then runs the job there and returns the job's exit code. Only the standard
library is used, in syntax that Python 3.6 still parses, so that an old Python can say what is missing.
To change the environment's Python, delete `.venv/` and run a job with the other one.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NoReturn, Sequence, Set, Tuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "edutargets.stamp"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
OLDEST, TOO_NEW = (3, 11), (3, 15)
TRIED = ("3.13", "3.12", "3.11", "3.14")
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "__PYVENV_LAUNCHER__")
DATA_FOLDERS = ("expectations", "notebooks", "sample_data")
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SILENT: Dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}


# ------------------------------------------------------------------------------------------------- talking


def say(english: str, chinese: str = "") -> None:
    """Print a line in English and one in Chinese, on any terminal."""
    encoding = sys.stdout.encoding or "ascii"
    if encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968"):  # an unset locale, not a poor terminal
        encoding = "utf-8"
    for line in filter(None, (english, chinese)):
        sys.stdout.buffer.write(f"{line}\n".encode(encoding, "replace"))
    sys.stdout.flush()


def stop(english: str, chinese: str) -> NoReturn:
    """Say what is missing and end with exit code 1."""
    say("run.py: " + english, "run.py: " + chinese)
    raise SystemExit(1)


def clean_environment() -> Dict[str, str]:
    """Return this process's variables without those that would mix another Python into ours."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN}


def run(command: Sequence[object], **options: Any) -> int:  # noqa: ANN401 - subprocess's own options
    """Run a command and return its exit code."""
    return subprocess.call([str(part) for part in command], **{"env": clean_environment(), **options})


def must(command: Sequence[object], **options: Any) -> None:  # noqa: ANN401 - subprocess's own options
    """Run a command; end with its exit code if it fails."""
    code = run(command, **options)
    if code:
        say("run.py: this step failed: " + " ".join(map(str, command)), "run.py: 上面这一步失败了。")
        raise SystemExit(code)


# ---------------------------------------------------------------------------------------- finding a Python


def candidates() -> Iterator[List[str]]:
    """Yield commands that may start a Python in our range, the best tried one first."""
    for version in TRIED:
        yield ["python" + version]
    if os.name == "nt":
        for version in TRIED:
            yield ["py", "-" + version]


def fits(command: List[str]) -> bool:
    """Say whether the command starts a Python in our range."""
    probe = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] < {TOO_NEW})"
    try:
        return run([*command, "-c", probe], stderr=subprocess.DEVNULL, **SILENT) == 0
    except OSError:
        return False


def ensure_python() -> None:
    """Go on in this Python if it fits, else start again in one that does."""
    if OLDEST <= sys.version_info[:2] < TOO_NEW:
        return
    for command in candidates():
        if fits(command):
            raise SystemExit(run([*command, __file__, *sys.argv[1:]]))
    found = ".".join(map(str, sys.version_info[:2]))
    stop(
        f"needs Python 3.11 to 3.14, found only {found}. Install one (3.12, say) and run this again.",
        f"需要 Python 3.11 至 3.14，只找到 {found}。请安装一个（例如 3.12）后重新运行。",
    )


# ---------------------------------------------------------------------------------- making the environment


def python_of(venv: Path) -> Path:
    """Return the path of an environment's Python."""
    return venv / SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def ask(venv: Path, expression: str) -> str:
    """Return what an expression is in an environment's Python, or nothing if that does not start."""
    command = [str(python_of(venv)), "-c", f"import sys, sysconfig; print({expression})"]
    try:
        return subprocess.check_output(command, env=clean_environment(), universal_newlines=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def stamp() -> str:
    """Return what the environment depends on, as one hash: the lock file, its own Python, its place."""
    parts = (LOCK.read_bytes(), ask(VENV, "sys.version").encode(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def can_make_environments() -> bool:
    """Say whether this Python has the modules; Debian packs them apart from Python."""
    return run([sys.executable, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL) == 0


def ensure_venv_module() -> None:
    """See to it that this Python can make environments; on Debian as root, by installing what it lacks."""
    if can_make_environments():
        return
    package = f"python3.{sys.version_info[1]}-venv"
    apt = shutil.which("apt-get")
    if apt and IS_ROOT:
        say(f"run.py: installing {package} with apt-get", f"run.py: 正在用 apt-get 安装 {package}")
        env = dict(clean_environment(), DEBIAN_FRONTEND="noninteractive")
        run([apt, "update", "-q"], env=env, **SILENT)
        run([apt, "install", "-q", "-y", "--no-install-recommends", package], env=env, **SILENT)
        if can_make_environments():
            return
    how = f"apt-get install {package}" if apt else "venv, ensurepip"
    stop(
        f"this Python cannot make environments. As root: {how} (or install uv); then run this again.",
        f"这个 Python 缺少 venv 模块。请以管理员身份安装：{how}（或安装 uv），然后重新运行。",
    )


def make_environment(venv: Path, *requirements: object) -> None:
    """Make an empty environment and install the requirements, with uv if it is there, else with pip."""
    wanted = ["--only-binary=:all:", *map(str, requirements)]
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "-q", "--no-project", "--clear", "--python", sys.executable, venv]
        fill = [uv, "pip", "install", "-q", "--compile-bytecode", "--python", python_of(venv), *wanted]
        if run(make) == 0 and run(fill, cwd=str(venv)) == 0:
            return
        say("run.py: uv failed (see above); trying pip", "run.py: uv 失败（见上），改用 pip")
    ensure_venv_module()
    must([sys.executable, "-m", "venv", "--clear", venv])
    quiet = ["-qq", "--no-input", "--disable-pip-version-check"]
    must([python_of(venv), "-m", "pip", "install", *quiet, *wanted], cwd=str(venv))


def set_up() -> None:
    """Make `.venv/` unless it is there and up to date; the stamp is written last."""
    if STAMP.is_file() and STAMP.read_text() == stamp():
        return
    say(
        "run.py: setting up .venv (once; a minute or two)",
        "run.py: 正在准备运行环境 .venv（只需一次，约一两分钟）",
    )
    if STAMP.exists():
        STAMP.unlink()
    make_environment(VENV, "--require-hashes", "-r", LOCK)
    packages = Path(ask(VENV, "sysconfig.get_path('purelib')"))
    (packages / "edutargets.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    STAMP.write_text(stamp())


# ------------------------------------------------------------------------------------------------ the jobs


def module(name: str, *arguments: object, **options: Any) -> int:  # noqa: ANN401 - subprocess's own options
    """Run a module of the environment and return its exit code."""
    return run([python_of(VENV), "-m", name, *arguments], **options)


def job_demo(arguments: List[str]) -> int:
    """Gate the sample data and evaluate a plan's targets."""
    return module("edutargets", "demo", *arguments)


def job_check(arguments: List[str]) -> int:
    """Check style, types, floors and spelling; each is named with its verdict."""
    checks = (
        "ruff check -q",
        "ruff format --check -q",
        "mypy --no-error-summary",
        "lint-imports",
        "codespell",
    )
    failed = 0
    for check in checks:
        program, *options = check.split()
        command = [str(VENV / SCRIPTS / program), *options, *arguments]
        pipes: Dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run(command, cwd=str(ROOT), env=clean_environment(), check=False, **pipes)
        say(f"{'FAIL' if done.returncode else 'pass'}  {check.partition(' -')[0]}")
        if done.returncode:
            failed = 1
            say(done.stdout.decode("utf-8", "replace").rstrip())
    return failed


def job_test(arguments: List[str]) -> int:
    """Run the checks, then the tests; --slow adds the slow ones, other arguments go to pytest."""
    chosen = [argument for argument in arguments if argument != "--slow"]
    failed = 0
    if chosen:
        say("checks left out: some tests were chosen", "只运行所选测试，略过静态检查")
    else:
        failed = job_check([])
    speed = [] if "--slow" in arguments else ["-m", "not slow"]
    return module("pytest", "-n", "2", "--dist", "worksteal", *speed, *chosen, cwd=str(ROOT)) or failed


def job_bench(arguments: List[str]) -> int:
    """Print the benchmarks: mostly ratios; the gate and the evaluation are held to their limits."""
    return module("pytest", "-q", "-s", "-p", "no:xdist", *(arguments or ["tests/benchmarks"]), cwd=str(ROOT))


def job_verify(arguments: List[str]) -> int:
    """Run notebooks or a packed review again, every number compared; without arguments all in notebooks/."""
    given = [one for one in arguments if not one.startswith("-")]
    found = [] if given else sorted((ROOT / "notebooks").glob("*.ipynb"))
    return module("edutargets", "review", "verify", *arguments, *found)


def job_lab(arguments: List[str]) -> int:
    """Open JupyterLab in notebooks/."""
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = {"@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}}
    (settings / "overrides.json").write_text(json.dumps(quiet))
    rights = ["--allow-root"] if IS_ROOT else []
    return module("jupyterlab", *rights, *arguments, cwd=str(ROOT / "notebooks"))


def job_lock(arguments: List[str]) -> int:
    """Refresh requirements.lock after a change in pyproject.toml; --upgrade takes newer releases too."""
    command = [VENV / SCRIPTS / "uv", "pip", "compile", "pyproject.toml", "--extra=notebooks", "--extra=dev"]
    command += ["--extra=charts", "--universal", f"--python-version={OLDEST[0]}.{OLDEST[1]}"]
    command += ["--fork-strategy=fewest", "--generate-hashes", "--no-header", "--quiet"]
    command += [f"--output-file={LOCK.name}"]
    return run([*command, *arguments], cwd=str(ROOT))


def job_wheel(arguments: List[str]) -> int:
    """Build the wheel from the sdist, install it alone in an empty environment elsewhere, run its demo."""
    with tempfile.TemporaryDirectory(prefix="edutargets-wheel-") as folder:
        place = Path(folder).resolve()
        build = ["--no-isolation", "--outdir", place / "dist", *arguments]
        if module("build", *build, cwd=str(ROOT), stdout=subprocess.DEVNULL):
            return 1
        wheel = next((place / "dist").glob("*.whl"))
        missing = sorted(expected_in_wheel() - set(zipfile.ZipFile(str(wheel)).namelist()))
        if missing:
            stop("not in the wheel: " + ", ".join(missing), "wheel 中缺少上述文件。")
        pins = re.sub(r" \\\n +--hash=\S+", "", LOCK.read_text(encoding="utf-8"))
        (place / "pins.txt").write_text(pins, encoding="utf-8")
        (place / "venv").mkdir()
        make_environment(place / "venv", "-c", place / "pins.txt", wheel)
        (place / "empty").mkdir()
        code = run([place / "venv" / SCRIPTS / "edutargets", "demo"], cwd=str(place / "empty"))
        say(f"{'FAIL' if code else 'pass'}  {wheel.name}: its demo in an empty environment, exit code {code}")
        return code


def expected_in_wheel() -> Set[str]:
    """Return the files of the package and its data folders, as paths inside the wheel."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    command = [*listing, "--", "edutargets", *DATA_FOLDERS]
    try:
        listed = subprocess.check_output(command, cwd=str(ROOT), env=clean_environment()).decode("utf-8")
    except (OSError, subprocess.CalledProcessError):
        return set()  # not a git checkout
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return {name if name.startswith("edutargets/") else "edutargets/" + name for name in names}


JOBS: Dict[str, Tuple[Callable[[List[str]], int], str]] = {
    "demo": (job_demo, "演示：检查样例数据并评价指标"),
    "test": (job_test, "静态检查与测试；--slow 连同慢测试，其余参数交给 pytest"),
    "check": (job_check, "静态检查：风格、类型、分层、拼写"),
    "bench": (job_bench, "基准：只给出比值"),
    "verify": (job_verify, "重跑笔记本或打包的复核文件，逐项比对数值；不写参数则为 notebooks/ 中全部"),
    "lab": (job_lab, "在 notebooks/ 中打开 JupyterLab"),
    "lock": (job_lock, "修改 pyproject.toml 后更新 requirements.lock"),
    "wheel": (job_wheel, "构建 wheel，在空环境中安装并运行演示"),
}


def usage() -> None:
    """Print the jobs."""
    say("python3 run.py JOB [arguments of the job]", "用法：python3 run.py 任务 [任务的参数]")
    for name, (job, chinese) in JOBS.items():
        say(f"  {name:6} {job.__doc__}", f"         {chinese}")


def main(arguments: List[str]) -> int:
    """Set the environment up if need be, then run the job named first."""
    if arguments and arguments[0] not in JOBS:
        usage()
        return 0 if arguments[0] in ("-h", "--help", "help") else 2
    ensure_python()
    set_up()
    if not arguments:
        usage()
        return 0
    return JOBS[arguments[0]][0](arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
