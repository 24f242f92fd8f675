"""What the comparison scripts share: measuring processes, and tables that say where they come from.

A script runs every program in processes of their own, in turn, so that each has the machine and its
memory to itself. It imports nothing large: a child's peak memory counts its parent's at the start.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parent
PROGRAM = ROOT / ".build/release/RelicBenchmarks"
RELIC = ROOT / ".build/release/relic"

# Encoder, stem, side of the views, batch; the same as in StepCase.swift.
CASES = {
    "resnet18-32": ("resnet18", "imagenet", 32, 256),
    "resnet18-cifar-64": ("resnet18", "cifar", 32, 64),
    "resnet18-cifar-256": ("resnet18", "cifar", 32, 256),
    "resnet18-96": ("resnet18", "imagenet", 96, 64),
    "resnet50-96": ("resnet50", "imagenet", 96, 64),
    "efficientnet-96": ("efficientnet", "imagenet", 96, 32),
}


def environment(threads):
    """The variables of a measured process: OpenBLAS chooses its kernels, both sides get `threads`."""
    variables = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    count = str(threads)
    return variables | {"OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count}


def peer(script, *words):
    """The command that runs a script beside this one."""
    return [sys.executable, Path(__file__).with_name(script), *words]


def measured(command, threads=2):
    """Runs a command that prints one JSON object.

    Returns it with `peak_memory`, in bytes, and `processor`, in seconds, unless it names its own.
    """
    with tempfile.TemporaryFile("w+") as output:
        command = [str(word) for word in command]
        process = subprocess.Popen(command, stdout=output, env=environment(threads))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        output.seek(0)
        result = json.load(output)
    used = {"peak_memory": usage.ru_maxrss * 1024, "processor": usage.ru_utime + usage.ru_stime}
    return used | result


def times_of(repeat, count):
    """The seconds of each of `count` calls after two that are not counted."""
    taken = []
    for _ in range(count + 2):
        start = time.perf_counter()
        repeat()
        taken.append(time.perf_counter() - start)
    return taken[2:]


def print_measurement(seconds):
    """Prints what `measured` reads: a list of seconds, and this process's own peak memory."""
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    print(json.dumps({"seconds": seconds, "peak_memory": peak}))


def output_of(command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT,
                          env=environment(2)).stdout.strip()


def machine():
    """Facts about processor and memory, without names."""
    facts = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    kinds = ("fma", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16")
    flags = [flag for flag in kinds if flag in facts.get("flags", "").split()]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    name = f"{facts.get('model name', platform.machine())}, family {facts.get('cpu family', '?')}"
    return (f"{name} model {facts.get('model', '?')}, {len(os.sched_getaffinity(0))} cores "
            f"({', '.join(flags)}), {memory:.0f} GiB")


class Results:
    """A table in Markdown: printed row by row and, if asked, kept under Benchmarks/results.

    `keys` of the columns say which rows are about the same thing. A kept file of the same machine,
    versions and commit keeps its other rows; any other file is replaced.
    """

    def __init__(self, options, name, title, columns, keys=1, packages=()):
        self.path = BENCHMARKS / "results" / f"{name}.md" if options.write else None
        self.keys = keys
        self.rows = []
        versions = ", ".join([f"Python {platform.python_version()}"]
                             + [f"{package} {version(package)}" for package in packages])
        commit = output_of(["git", "describe", "--always", "--exclude", "*"])
        # Tables that were kept before, of this commit too, change nothing that is measured.
        changed = ["git", "status", "--porcelain", "--", ".", ":!Benchmarks/results"]
        commit += "-dirty" if output_of(changed) else ""
        core, peak = output_of([PROGRAM, "peak"]).splitlines()
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        self.fixed = [f"# {title}", "", f"- machine: {machine()}", f"- versions: {versions}",
                      f"- commit: {commit}", f"- {core}"]
        self.passing = [f"- {peak}", f"- date: {date}, load {os.getloadavg()[0]:.1f}"]
        self.heading = [self.line(columns), self.line(["---"] * keys
                                                      + ["---:"] * (len(columns) - keys))]
        print("\n".join(self.fixed + self.passing + [""] + self.heading), flush=True)

    @staticmethod
    def line(cells):
        return f"| {' | '.join(cells)} |"

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])
        print(self.line(self.rows[-1]), flush=True)
        if self.path:
            self.path.parent.mkdir(exist_ok=True)
            rows = [self.line(row) for row in self.kept() + self.rows]
            lines = self.fixed + self.passing + [""] + self.heading + rows
            self.path.write_text("\n".join(lines) + "\n")

    def kept(self):
        """The rows of the file there is that are about other things."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        if lines[: len(self.fixed)] != self.fixed or self.heading[0] not in lines:
            return []
        rows = [line.strip("| ").split(" | ") for line in lines[lines.index(self.heading[1]) + 1:]]
        new = [row[: self.keys] for row in self.rows]
        return [row for row in rows if row[: self.keys] not in new]


def add_options(parser, rounds):
    parser.add_argument("--rounds", type=int, default=rounds, help="how often each program runs")
    parser.add_argument("--write", action="store_true", help="keep the table in Benchmarks/results")
