"""Times relic's training step and feature extraction beside PyTorch's, in turn, in one run.

Needs a virtual environment with torch 2.15.0 and torchvision 0.29.2, and the benchmark program:

    swift build -c release --product RelicBenchmarks
    env -u OPENBLAS_CORETYPE python Benchmarks/compare/step.py [--rounds 3] [CASE ...]

A step is the two-view recipe on views in memory: online network forwards and backwards on both
views, target forwards on both, loss, Adam, EMA. PyTorch runs with two threads, contiguous and
channels-last in float32, and channels-last under bfloat16 autocast. Each round runs every program
once; a figure is the median over all repetitions of all rounds, in images per second.
"""

import argparse
import copy
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F
import torchvision

PROGRAM = Path(__file__).parents[2] / ".build/release/RelicBenchmarks"
CASES = {
    "resnet18-32": ("resnet18", "imagenet", 32, 256),
    "resnet18-cifar-64": ("resnet18", "cifar", 32, 64),
    "resnet18-cifar-256": ("resnet18", "cifar", 32, 256),
    "resnet18-96": ("resnet18", "imagenet", 96, 64),
    "resnet50-96": ("resnet50", "imagenet", 96, 64),
    "efficientnet-96": ("efficientnet", "imagenet", 96, 32),
}
MODES = ["contiguous", "channels-last", "bfloat16"]


def encoder(model, stem):
    if model == "efficientnet":
        net = torchvision.models.efficientnet_v2_s()
        net.classifier = torch.nn.Identity()
        return net, 1280
    net = getattr(torchvision.models, model)()
    features = net.fc.in_features
    net.fc = torch.nn.Identity()
    if stem == "cifar":
        net.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        net.maxpool = torch.nn.Identity()
    return net, features


def pair_loss(x, target, tau, b):
    x, target = F.normalize(x, dim=-1), F.normalize(target, dim=-1)
    logits = x @ target.t() * tau.exp().clamp(0, 5) + b
    rows, columns = F.log_softmax(logits, 1), F.softmax(logits, 0).t()
    instance = F.cross_entropy(logits, torch.arange(len(x)))
    return instance + F.kl_div(rows, columns, reduction="batchmean")


class Peer:
    """PyTorch's step and extraction in one mode; made anew for each round, so that memory is free."""

    def __init__(self, case, mode):
        model, stem, size, self.batch = case
        net, features = encoder(model, stem)
        head = torch.nn.Sequential(
            torch.nn.Linear(features, 512, bias=False),
            torch.nn.ReLU(),
            torch.nn.Linear(512, 64, bias=False),
        )
        layout = torch.contiguous_format if mode == "contiguous" else torch.channels_last
        self.autocast = torch.autocast("cpu", torch.bfloat16, enabled=mode == "bfloat16")
        self.online = torch.nn.Sequential(net, head).to(memory_format=layout)
        self.target = copy.deepcopy(self.online).requires_grad_(False)
        self.tau = torch.nn.Parameter(torch.zeros([]))
        self.b = torch.nn.Parameter(torch.zeros([]))
        parameters = [*self.online.parameters(), self.tau, self.b]
        self.adam = torch.optim.Adam(parameters, lr=3e-4, weight_decay=1e-5)
        shape = (self.batch, 3, size, size)
        self.views = [torch.rand(shape).contiguous(memory_format=layout) for _ in range(2)]

    def step(self):
        with self.autocast:
            online = [self.online(v) for v in self.views]
            with torch.no_grad():
                target = [self.target(v) for v in self.views]
            online, target = [o.float() for o in online], [t.float() for t in target]
        losses = [pair_loss(o, t, self.tau, self.b) for o, t in zip(online, target[::-1])]
        self.adam.zero_grad()
        (sum(losses) / 2).backward()
        self.adam.step()
        with torch.no_grad():
            state = zip(self.target.state_dict().values(), self.online.state_dict().values())
            for t, o in state:
                if t.is_floating_point():
                    t.lerp_(o, 0.005)

    def extract(self):
        self.target.eval()
        with torch.inference_mode(), self.autocast:
            self.target[0](self.views[0])

    def seconds(self, work, count):
        run = getattr(self, work)
        run()
        taken = []
        for _ in range(count):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
        return taken


def own_seconds(work, case, count):
    command = [PROGRAM, work, *case, count]
    output = subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True
    )
    return [float(word) for word in output.stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=3, help="repetitions in a round")
    parser.add_argument("cases", nargs="*", default=list(CASES), help=" ".join(CASES))
    options = parser.parse_args()
    torch.set_num_threads(2)
    print(f"torch {torch.__version__}, two threads; images per second, medians", flush=True)
    print("| case | work | relic | " + " | ".join(MODES) + " | ratio to the best float32 |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in options.cases:
        case = CASES[name]
        for work in ["step", "extract"]:
            count = options.count if work == "step" else 2 * options.count
            taken = {mode: [] for mode in ["relic", *MODES]}
            for _ in range(options.rounds):
                taken["relic"] += own_seconds(work, case, count)
                for mode in MODES:
                    taken[mode] += Peer(case, mode).seconds(work, count)
            rates = {mode: case[3] / median(values) for mode, values in taken.items()}
            ratio = rates["relic"] / max(rates["contiguous"], rates["channels-last"])
            figures = " | ".join(f"{rates[mode]:.1f}" for mode in ["relic", *MODES])
            print(f"| {name} | {work} | {figures} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
