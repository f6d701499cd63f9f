"""How far a kernel is kept from the machine: probed once at start, told everywhere, never claimed where it is not.

`bubblewrap`: no network, none of the host's files but the interpreter's, its own processes, user nobody.
`unshare`: no network and its own processes; the host's files stay visible.
`limits`: limits on time, memory, files and output only.
"""

import enum
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent / "in_kernel"
_NETWORK_FILES = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
)
_SYSTEM_FILES = ("/etc/localtime", "/etc/fonts", "/etc/ld.so.cache", "/etc/alternatives")


class Level(enum.StrEnum):
    BUBBLEWRAP = "bubblewrap"
    UNSHARE = "unshare"
    LIMITS = "limits"

    @property
    def sentence(self) -> str:
        return {
            Level.BUBBLEWRAP: "kernels run without network and without the host's files, as nobody",
            Level.UNSHARE: "kernels run without network, but see the host's files",
            Level.LIMITS: "kernels run with limits only: they see the host's files and its network",
        }[self]


@dataclass(frozen=True)
class Needs:
    """What a run's integrations ask of the sandbox; kernels with equal needs are interchangeable."""

    network: bool = False
    files: tuple[str, ...] = ()
    writable_files: tuple[str, ...] = ()


def probe(wanted: Level | None = None) -> Level:
    """The strongest level that really works here, or `wanted` if it does; each is tried by running Python in it."""
    for level in Level if wanted is None else (wanted,):
        if level is Level.LIMITS or _works(level):
            return level
    return Level.LIMITS


def _works(level: Level) -> bool:
    program = "import socket, os; assert os.getpid() == 1; socket.socket(socket.AF_UNIX)"
    with tempfile.TemporaryDirectory() as folder:
        argv = [*wrapper(level, Path(folder), Needs()), sys.executable, "-c", program]
        try:
            return subprocess.run(argv, capture_output=True, timeout=20, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


def wrapper(level: Level, folder: Path, needs: Needs, door: Path | None = None) -> list[str]:
    """The command that stands before the kernel's own; `folder` is the one place that the kernel may write to.

    `door` is a folder that it sees read-only, whatever is put there later. In bubblewrap `/tmp` and `/dev/shm` are folders
    in `folder`, made here: what a kernel writes is in one place, where it is counted.

    A file that does not exist is not mounted: the block that needs it says so.
    """
    if level is Level.BUBBLEWRAP:
        return _bubblewrap(folder, needs, door)
    if level is Level.UNSHARE:
        network = [] if needs.network else ["--net"]
        unshare = [
            "unshare",
            "--user",
            "--map-root-user",
            *network,
            "--pid",
            "--fork",
            "--mount-proc",
            "--kill-child",
        ]
        return [*_dies_with_us(), *unshare]
    return _dies_with_us()


def _dies_with_us() -> list[str]:
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def _bubblewrap(folder: Path, needs: Needs, door: Path | None) -> list[str]:
    argv = ["bwrap", "--as-pid-1", "--unshare-all", "--die-with-parent", "--new-session"]
    argv += ["--uid", "65534", "--gid", "65534", "--hostname", "kernel", "--cap-drop", "ALL"]
    if needs.network:
        argv += ["--share-net"]
    argv += ["--ro-bind", "/usr", "/usr"]
    for place in ("/bin", "/sbin", "/lib", "/lib64"):
        argv += _like_the_host(place)
    argv += ["--proc", "/proc", "--dev", "/dev", "--dir", "/run"]
    for name, place in (("tmp", "/tmp"), ("shm", "/dev/shm")):
        (folder / name).mkdir(exist_ok=True)
        argv += ["--bind", str(folder / name), place]
    for place in dict.fromkeys((sys.prefix, sys.base_prefix, str(PACKAGE))):
        argv += ["--ro-bind", place, place]
    for place in (*_SYSTEM_FILES, *(_NETWORK_FILES if needs.network else ())):
        argv += ["--ro-bind-try", place, place]
    argv += _mounts(needs)
    if door is not None:
        argv += ["--ro-bind", str(door), str(door)]
    argv += ["--bind", str(folder), str(folder), "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*argv, "--chdir", str(folder)]


def _like_the_host(place: str) -> list[str]:
    """`/lib` is a folder on some systems and a link into `/usr` on others."""
    path = Path(place)
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), place]
    return ["--ro-bind-try", place, place]


def _mounts(needs: Needs) -> list[str]:
    argv: list[str] = []
    for place in needs.files:
        argv += ["--ro-bind-try", place, place]
    for place in map(_writable, needs.writable_files):
        argv += ["--bind-try", place, place]
    return argv


def _writable(file: str) -> str:
    """The file's folder if it holds nothing but this database, whose journals then survive the kernel; else the file."""
    path = Path(file)
    beside = path.parent.iterdir() if path.is_file() else []
    return (
        str(path.parent) if all(one.name.startswith(path.name) for one in beside) and path.is_file() else file
    )
