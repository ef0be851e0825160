"""The embedded PostgreSQL and Valkey: they keep what they are given, recover, and stay out of closed folders."""

import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.platform.watching import still_there, watched
from webapp.dev import postgres_home, services
from webapp.dev.processes import CannotStart
from webapp.dev.services import Addresses, Services

OWNER = """
import sys
from pathlib import Path
from webapp.dev import supervise
from webapp.dev.services import Services
servers = Services.start(Path(sys.argv[1]))
supervisor = supervise.Supervisor()
for name, server in servers.servers.items():
    supervisor.watch(name, server.launch, server.process)
    print(name, server.process.pid, flush=True)
supervisor.run(lambda: None)
servers.stop()
"""


@pytest.fixture
def ground() -> Iterator[Path]:
    """An empty folder that every user may enter, as pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def connected(addresses: Addresses | Services) -> psycopg.Connection:
    return psycopg.connect(addresses.database_url.replace("+psycopg", ""), autocommit=True)


def keep_something(addresses: Addresses | Services) -> None:
    with connected(addresses) as connection:
        connection.execute("CREATE TABLE promises (kept text)")
        connection.execute("INSERT INTO promises VALUES ('a row')")
    with Redis.from_url(addresses.redis_url) as client:
        client.rpush("jobs", "a job")


def assert_kept(addresses: Addresses | Services) -> None:
    with connected(addresses) as connection:
        assert connection.execute("SELECT kept FROM promises").fetchall() == [("a row",)]
    with Redis.from_url(addresses.redis_url) as client:
        assert client.lrange("jobs", 0, -1) == [b"a job"]


def test_a_restart_keeps_rows_and_jobs(ground: Path) -> None:
    data = ground / "data"
    with Services.start(data) as first:
        keep_something(first)
    assert services.running(data) is None
    with Services.start(data) as second:
        assert_kept(second)


def test_other_processes_find_the_running_servers(ground: Path) -> None:
    data = ground / "data"
    assert services.running(data) is None
    with Services.start(data, durable=False) as running:
        assert services.running(data) == services.ensure(data) == running.addresses
    assert services.running(data) is None


def test_a_second_run_on_the_same_data_is_refused_in_a_sentence(ground: Path) -> None:
    data = ground / "data"
    with Services.start(data, durable=False) as running:
        with pytest.raises(CannotStart, match=rf"already runs on .* \(process {os.getpid()}\)"):
            Services.start(data, durable=False)
        with connected(running) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_run_killed_outright_is_recovered_from(ground: Path) -> None:
    data = ground / "data"
    with watched(sys.executable, "-c", OWNER, str(data)) as owner:
        owner.expect("valkey")
        addresses = services.running(data)
        assert addresses is not None
        keep_something(addresses)
        left = owner.family()
        assert {process.name() for process in left} >= {"postgres", "valkey-server"}
        owner.process.kill()
        owner.process.wait()
    assert services.running(data) is None
    with Services.start(data) as recovered:
        assert_kept(recovered)
        assert still_there(left, seconds=0) == []


def test_a_killed_server_comes_back_with_its_data_at_the_same_address(ground: Path) -> None:
    with watched(sys.executable, "-c", OWNER, str(ground / "data")) as owner:
        pids = dict(owner.expect(name).split() for name in ("postgres", "valkey"))
        addresses = services.running(ground / "data")
        assert addresses is not None
        keep_something(addresses)
        for name, pid in pids.items():
            os.kill(int(pid), 9)
            owner.expect(f"{name} was ended by SIGKILL; starting it again")
        assert_kept_soon(addresses)
        owner.process.terminate()
        owner.rest()
        assert owner.process.wait(60) == 0


def assert_kept_soon(addresses: Addresses) -> None:
    """As `assert_kept`, once both servers answer again."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return assert_kept(addresses)
        except (psycopg.OperationalError, RedisError):
            assert time.monotonic() < deadline, "the servers did not answer again"


def test_a_process_number_left_by_a_power_loss_does_no_harm(ground: Path) -> None:
    data = ground / "data"
    with Services.start(data, durable=False) as first:
        cluster = Path(connected_folder(first))
    # After a reboot the number in the file belongs to somebody else: to this test.
    for file in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (cluster / file).write_text(f"{os.getpid()}\n{cluster}\n")
    with Services.start(data, durable=False) as second:
        assert connected_folder(second) == str(cluster)


def connected_folder(addresses: Services) -> str:
    with connected(addresses) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        return str(row[0])


def test_a_cluster_killed_half_made_is_made_anew(ground: Path) -> None:
    (ground / "data" / "postgres.new").mkdir(parents=True)
    (ground / "data" / "postgres.new" / "PG_VERSION").write_text("18")
    with Services.start(ground / "data", durable=False) as running, connected(running) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(ground: Path) -> None:
    data = ground / ("long" * 25)
    with Services.start(data, durable=False) as running, connected(running) as connection:
        assert str(data).encode() not in connection.pgconn.host
        sockets = Path(connection.pgconn.host.decode())
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not sockets.exists()


def test_a_closed_folder_stays_closed(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root needs another user for PostgreSQL, so only for root the data moves."""
    monkeypatch.setattr(postgres_home, "AWAY", ground / "away")
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    with Services.start(data, durable=False) as running:
        moved = Path(connected_folder(running)).is_relative_to(ground / "away")
        assert moved == (os.geteuid() == 0)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    # Opened later, the folder does not make the moved data seem lost.
    closed.chmod(0o755)
    with Services.start(data, durable=False) as again:
        assert Path(connected_folder(again)).is_relative_to(ground / "away") == moved
    postgres_home.forget(data)
    assert list((ground / "away").glob("*")) == []


def test_programs_behind_a_closed_folder_are_copied(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_home, "AWAY", ground / "away")
    closed = ground / "closed"
    package = postgres_home.packaged_programs().parents[1]
    closed.mkdir(mode=0o700)
    (closed / package.name).symlink_to(package)
    (closed / f"{package.name}.libs").symlink_to(package.with_name(f"{package.name}.libs"))
    monkeypatch.setattr(postgres_home, "packaged_programs", lambda: closed / package.name / "pginstall" / "bin")
    with Services.start(ground / "data", durable=False) as running, connected(running) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    copies = list((ground / "away").glob("*/programs-*"))
    assert len(copies) == (1 if os.geteuid() == 0 else 0)
