"""The built images at work: ranks that paint, and the platform that compose.yaml describes.

Run by 'make images' alone, in a network of its own that holds nothing but loopback: the services'
ports are free there, and whatever wants to reach further fails.
"""

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from style_pipeline import layout
from style_pipeline.manifest import StyleReport
from style_pipeline_tests.azurite import PROGRAMS
from style_pipeline_tests.clips import frame_times, make_clip
from style_pipeline_tests.docker.composition import TRIAL, composition
from style_pipeline_tests.mpi import paint
from style_pipeline_tests.sources import make_source

ROOT = Path(__file__).parents[2]
IMAGES = Path(os.environ.get("STYLE_PIPELINE_IMAGES") or ROOT / ".cache/images")
SECONDS = 300
RANKS = ["mpiexec", "--oversubscribe", "-n", "2", "python", "-m", "mpi4py"]
RUNS = "{runsOrError {... on Runs {results {runId status}}}}"
HOSTS = dict.fromkeys(("postgres", "code", "styles", "azurite"), "127.0.0.1")


def buildah(*arguments: str) -> list[str]:
    driver = os.environ.get("STORAGE_DRIVER", "overlay")
    places = ["--storage-driver", driver, "--root", str(IMAGES / "storage")]
    return ["buildah", *places, "--runroot", str(IMAGES / "run"), *arguments]


class Box:
    """A container of one image; what runs in it is the image's own user."""

    def __init__(self, name: str, *volumes: str) -> None:
        self.name = name
        self._options = [word for volume in volumes for word in ("--volume", volume)]

    def command(self, argv: Sequence[str], environ: Mapping[str, str]) -> list[str]:
        variables = [word for pair in environ.items() for word in ("--env", "=".join(pair))]
        options = ["--isolation", "chroot", *self._options, *variables]
        return buildah("run", *options, self.name, "--", *argv)

    def run(self, *argv: str, **environ: str) -> str:
        done = subprocess.run(
            self.command(argv, environ), capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(
        self, argv: Sequence[str], environ: Mapping[str, str], log: Path
    ) -> "Iterator[subprocess.Popen[bytes]]":
        with (
            log.open("wb") as stream,
            subprocess.Popen(
                self.command(argv, environ), stdout=stream, stderr=stream, start_new_session=True
            ) as process,
        ):
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(60)
                finally:
                    process.kill()


@contextmanager
def box(image: str, *volumes: str) -> Iterator[Box]:
    made = subprocess.run(
        buildah("from", "--pull-never", f"localhost/{image}"), capture_output=True, check=True
    )
    name = made.stdout.decode().strip()
    try:
        yield Box(name, *volumes)
    finally:
        subprocess.run(buildah("rm", name), capture_output=True, check=True)


def wait(
    until: Callable[[], object],
    what: str,
    logs: Path,
    running: "Sequence[subprocess.Popen[bytes]]" = (),
) -> None:
    deadline = time.monotonic() + SECONDS
    while not until():
        gone = any(process.poll() is not None for process in running)
        if gone or time.monotonic() > deadline:
            said = "".join(log.read_text()[-3000:] for log in sorted(logs.glob("*.log")))
            pytest.fail(f"{what}: it never happened\n{said}")
        time.sleep(1)


@contextmanager
def postgres(folder: Path, password: str) -> Iterator[None]:
    """A real PostgreSQL on its usual port; it refuses to be root."""
    (binaries,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    (folder / "password").write_text(password)
    as_postgres = ["runuser", "-u", "postgres", "--"]
    initdb = [*as_postgres, str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "dagster"]
    initdb += [f"--pwfile={folder / 'password'}", "-A", "scram-sha-256"]
    for command in (["chown", "-R", "postgres", str(folder)], initdb):
        subprocess.run(command, check=True, capture_output=True, cwd="/")
    server = [*as_postgres, str(binaries / "postgres"), "-D", str(folder / "data"), "-k", ""]
    with (
        (folder.parent / "postgres.log").open("wb") as log,
        subprocess.Popen(server, stdout=log, stderr=log, cwd="/") as process,
    ):
        try:
            environ = {**os.environ, "PGPASSWORD": password}
            create = ["psql", "-h", "127.0.0.1", "-U", "dagster", "-d", "postgres"]
            create += ["-c", "create database dagster"]
            wait(
                lambda: not subprocess.run(create, env=environ, capture_output=True).returncode,
                "PostgreSQL starts",
                folder.parent,
            )
            yield
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def azurite(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Iterator[None]:
    """The emulator as compose.trial.yaml starts it, but from .cache/."""
    argv = [str(folder) if word == "/data" else word for word in command[1:]]
    with (
        (folder.parent / "azurite.log").open("wb") as log,
        subprocess.Popen(
            [str(PROGRAMS / command[0]), *argv],
            env={**os.environ, **environ},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def on_loopback(environ: Mapping[str, object]) -> dict[str, str]:
    """A service's variables, with the other services where they are here."""
    found = {name: str(value) for name, value in environ.items()}
    for host, address in HOSTS.items():
        found = {
            name: address if value == host else value.replace(f"//{host}:", f"//{address}:")
            for name, value in found.items()
        }
    return found


def healthy(box: Box, service: Mapping[str, object], environ: Mapping[str, str]) -> bool:
    """What the service's own health check says."""
    check = service["healthcheck"]["test"]  # type: ignore[index]
    assert check[0] == "CMD"
    done = subprocess.run(box.command(check[1:], environ), capture_output=True, timeout=120)
    return done.returncode == 0


def ask(query: str) -> dict[str, object]:
    """What the web server answers."""
    body = json.dumps({"query": query}).encode()
    request = Request("http://127.0.0.1:3000/graphql", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        return dict(json.load(answer)["data"])


def test_two_ranks_paint_two_frames_in_the_workers_image(tmp_path: Path) -> None:
    """Under Open MPI, as on the cluster; the very bytes that MPICH's ranks paint here."""
    here = make_source(tmp_path / "here", frames=2, shard_frames=1)
    there = make_source(tmp_path / "there", frames=2, shard_frames=1)
    job = there.job()
    subprocess.run(["chmod", "-R", "a+rwX", str(tmp_path)], check=True)
    volumes = (f"{there.folder}:/media:rw", f"{ROOT / 'style_pipeline'}:/code/style_pipeline:ro")
    with box("style-worker", *volumes) as worker:
        assert worker.run("id", "-u").strip() == "1001"
        said = worker.run("python", "-c", "from mpi4py import MPI; print(MPI.get_vendor()[0])")
        assert said.strip() == "Open MPI"
        arguments = ["--store", "file:///media", "--job", layout.job_key(job.prefix)]
        worker.run(*RANKS, "-m", "style_pipeline.worker", *arguments, PYTHONPATH="/code")
    report = StyleReport.from_json(there.store.read_bytes(layout.report_key(job.prefix)))
    assert (report.frames, report.world_size, report.shards_styled) == (2, 2, 2)
    paint(here.store, here.job(), ranks=2)
    assert there.styled(job) == here.styled(here.job())


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's user can get into: pytest keeps its own to itself."""
    with tempfile.TemporaryDirectory(prefix="style-images-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_the_platform_serves_what_compose_describes_and_paints_an_upload(
    public_folder: Path,
) -> None:
    """Three processes of compose.yaml, over PostgreSQL; the trial's code location and Azurite."""
    environ = {
        "POSTGRES_PASSWORD": secrets.token_hex(16),
        "AZURITE_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    services = composition(environ, *TRIAL)["services"]
    logs, volume = public_folder, public_folder / "dagster"
    for folder in ("dagster", "postgres", "media"):
        (public_folder / folder).mkdir()
        (public_folder / folder).chmod(0o777)

    with ExitStack() as stack:
        stack.enter_context(postgres(public_folder / "postgres", environ["POSTGRES_PASSWORD"]))
        emulator = services["azurite"]
        stack.enter_context(
            azurite(emulator["command"], emulator["environment"], public_folder / "media")
        )
        mount = f"{volume}:/var/lib/dagster:rw"
        platform = stack.enter_context(box("style-platform", mount))
        trial = stack.enter_context(box("style-trial", mount))
        assert platform.run("id", "-u").strip() == trial.run("id", "-u").strip() == "1001"
        media = on_loopback(services["container"]["environment"])
        wait(lambda: listens(10000), "Azurite starts", logs)
        platform.run(*services["container"]["command"], **media)

        # The health page, from the platform's own image as well as from the trial's.
        for image in (platform, trial):
            with ExitStack() as turn:
                for name in ("code", "styles", "webserver", "daemon"):
                    service = services[name]
                    where = image if name in ("code", "styles") else platform
                    variables = on_loopback(service["environment"])
                    variables["STYLE_PIPELINE_RANKS"] = "2"
                    log = logs / f"{name}.log"
                    process = turn.enter_context(where.serving(service["command"], variables, log))
                    if name != "daemon":
                        check = partial(healthy, platform, service, variables)
                        wait(check, f"{name} is healthy", logs, [process])
                locations = ask(
                    "{workspaceOrError {... on Workspace {locationEntries "
                    "{name locationOrLoadError {__typename}}}}}"
                )
                assert {
                    each["name"]: each["locationOrLoadError"]["__typename"]
                    for each in locations["workspaceOrError"]["locationEntries"]  # type: ignore[index]
                } == dict.fromkeys(
                    ("style_pipeline", "style_pipeline_styles"), "RepositoryLocation"
                )
                if image is trial:
                    paint_an_upload(media, public_folder, logs)
                    assert healthy(platform, services["daemon"], variables)
                    painted = ask(RUNS)

        # With the database lost and its back-up restored, Dagster knows what it knew.
        restore_a_back_up(environ["POSTGRES_PASSWORD"])
        service = services["webserver"]
        log = logs / "restored.log"
        with platform.serving(service["command"], variables, log) as process:
            check = partial(healthy, platform, service, variables)
            wait(check, "the web server is healthy again", logs, [process])
            assert ask(RUNS) == painted
            assert painted["runsOrError"]["results"][0]["status"] == "SUCCESS"  # type: ignore[index]


def restore_a_back_up(password: str) -> None:
    """As docs/operations.md says, but from outside a container."""
    environ = {**os.environ, "PGPASSWORD": password, "PGHOST": "127.0.0.1", "PGUSER": "dagster"}

    def run(*argv: str, given: bytes = b"") -> bytes:
        done = subprocess.run(argv, env=environ, input=given, capture_output=True, check=True)
        return done.stdout

    dump = run("pg_dump", "--format", "custom", "dagster")
    run("dropdb", "--force", "dagster")
    run("createdb", "dagster")
    run("pg_restore", "--clean", "--if-exists", "--dbname", "dagster", given=dump)


def paint_an_upload(media: Mapping[str, str], folder: Path, logs: Path) -> None:
    """A blob appears; its painting appears, with no further hand."""
    secret = media["STYLE_PIPELINE_STORE_CONNECTION_STRING"]
    container: ContainerClient = BlobServiceClient.from_connection_string(
        secret
    ).get_container_client("media")
    clip = make_clip(folder / "clip.mp4", frames=12)
    container.upload_blob("incoming/great-wave/clip.mp4", clip.read_bytes())
    painting = container.get_blob_client("outputs/great-wave/clip.mp4")
    wait(painting.exists, "the upload is painted", logs)
    (folder / "painted.mp4").write_bytes(painting.download_blob().readall())
    assert len(frame_times(folder / "painted.mp4")) == 12
