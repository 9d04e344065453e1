"""How much of a machine one experiment takes."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Share:
    """What an experiment takes of a machine, as Ray counts it.

    Attributes:
        cpus: Processors.
        memory: GiB.
        gpus: May be a part of one.
    """

    cpus: int = 1
    memory: float = 2.0
    gpus: float = 0.0

    def options(self) -> dict[str, Any]:
        """Gives it as options of an actor."""
        return {"num_cpus": self.cpus, "memory": int(self.memory * 2**30), "num_gpus": self.gpus}

    def fits(self, machine: dict[str, float]) -> bool:
        """Tells whether a machine has as much, by what Ray knows of its resources."""
        wanted = {"CPU": self.cpus, "memory": self.memory * 2**30, "GPU": self.gpus}
        return all(machine.get(name, 0) >= amount for name, amount in wanted.items())
