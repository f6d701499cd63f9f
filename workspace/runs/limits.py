"""What one run may use; every limit has a sentence that the run's error says when it is passed."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    wall_seconds: float = 1_800
    """From the first block's start to the last one's end."""
    memory_bytes: int = 4_000 * MEGABYTE
    """Held by the kernel and every process it started, together."""
    disk_bytes: int = 5_000 * MEGABYTE
    """Of the files that the run wrote, together, and of each of them."""
    processes: int = 512
    output_block_bytes: int = 2 * MEGABYTE
    """Kept of one block's outputs; what follows is dropped and a marker stands where it was cut."""
    output_run_bytes: int = 20 * MEGABYTE
    output_flood_bytes: int = 500 * MEGABYTE
    """Printed by one block before the run is stopped: a program that prints without end."""
    start_seconds: float = 60
    """For the kernel to answer."""

    def wall(self) -> str:
        return f"The run passed its time limit of {self.wall_seconds:g} s and was stopped."

    def memory(self) -> str:
        return f"The kernel was killed: it passed the run's memory limit of {size(self.memory_bytes)}."

    def disk(self) -> str:
        return f"The kernel was killed: its files passed the run's disk limit of {size(self.disk_bytes)}."

    def no_room(self) -> str:
        return f"The block could not write a file. The files of a run may hold {size(self.disk_bytes)}."

    def flood(self) -> str:
        return f"The run was stopped: one block printed more than {size(self.output_flood_bytes)}."

    def crowd(self) -> str:
        return f"The kernel was killed: it started more than {self.processes} processes."


def size(count: int) -> str:
    """Bytes as a person reads them."""
    for unit, scale in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count} bytes"
