"""Behind bin/run: servers, tables, demo, then the Procfile's processes until it is told to stop."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from honcho.environ import parse_procfile

from webapp.dev import data_folder, ports, postgres_home, processes, secret_keys
from webapp.dev.data_folder import DataFolder
from webapp.dev.processes import CannotStart
from webapp.dev.services import Services, crashed
from webapp.dev.supervise import Supervisor
from webapp.dev.welcome import Welcome

ROOT = Path(__file__).resolve().parents[2]
AFTER_CRASH_SECONDS = 10.0  # what a killed run left behind lets go of the port within this time


def main() -> int:
    """Run until stopped. The exit code is 0 after a stop in order, 1 when a start was not possible."""
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        _run(options)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before the start was complete.", file=sys.stderr)
    return 0


def _run(options: argparse.Namespace) -> None:
    folder = data_folder.claim(options.data)
    host = os.environ.get("HOST") or "127.0.0.1"
    ports.require(host, options.port, AFTER_CRASH_SECONDS if crashed(folder) else 0.0)
    if options.fresh:
        folder.clear()
        postgres_home.forget(folder.path)
    print(f"Starting the servers on the data in {folder.path}.", flush=True)
    given = {name: os.environ.get(name) or None for name in ("DATABASE_URL", "REDIS_URL")}
    with Services.on(folder, database_url=given["DATABASE_URL"], redis_url=given["REDIS_URL"]) as services:
        environment = _environment(options, folder, services, ports.next_free(host, options.port + 1))
        print("Bringing the tables up to date.", flush=True)
        _command("migrate", environment)
        if options.demo:
            _command("seed", environment)
        _supervise(services, environment, Welcome(options.port, demo=options.demo))


def _supervise(services: Services, environment: dict[str, str], welcome: Welcome) -> None:
    supervisor = Supervisor()
    for name, server in services.servers.items():
        assert server.process is not None
        supervisor.watch(name, server.launch, server.process)
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        supervisor.add(name, command, environment, ROOT)
    supervisor.run(welcome.when_ready)


def _environment(
    options: argparse.Namespace, folder: DataFolder, services: Services, gateway_port: int
) -> dict[str, str]:
    # Whatever the caller has set wins over these; only where the servers answer is not theirs to say.
    chosen = {
        **secret_keys.keep(folder.path),
        "PUBLIC_URL": f"http://127.0.0.1:{options.port}",
        "CALLBACK_URL": f"http://127.0.0.1:{options.port}",
        "SANDBOX_URL": f"http://127.0.0.1:{gateway_port}",
        "GATEWAY_DATA": str(folder.path / "gateway"),
        "PYTHONUNBUFFERED": "1",
    }
    return {
        **chosen,
        **os.environ,
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "PORT": str(options.port),
        "GATEWAY_PORT": str(gateway_port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def _command(name: str, environment: dict[str, str]) -> None:
    """Run a flask command to its end, or raise `CannotStart`; what it prints is the reason."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", name]
    process = processes.spawn(command, env=environment, cwd=ROOT)
    try:
        code = process.wait()
    finally:
        processes.end(process, signal.SIGTERM, 2)
    if code != 0:
        raise CannotStart(f"The start ends here: `flask --app wsgi {name}` failed with exit code {code}.")


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Runs Frontrow on this machine, with a demo.")
    parser.add_argument("--port", type=int, default=8000, help="where the pages answer (8000)")
    parser.add_argument(
        "--data", type=Path, default=data_folder.DEFAULT, metavar="DIR", help="keep the data here (var)"
    )
    parser.add_argument("--fresh", action="store_true", help="delete the data of earlier runs first, without asking")
    parser.add_argument(
        "--no-demo", dest="demo", action="store_false", help="start without the demo's concerts and fans"
    )
    return parser.parse_args(arguments)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
