"""The two-view training step and feature extraction in PyTorch, the peer of relic's.

Run by step.py as `pytorch_step.py MODE PRECISION WORK CASE COUNT`; prints the seconds of each
repetition.
"""

import contextlib
import copy
import sys

import torch
import torch.nn.functional as F
import torchvision
from measurement import CASES, print_measurement, times_of

LAYOUTS = {
    "contiguous": torch.contiguous_format,
    "channels-last": torch.channels_last,
    "compiled": torch.channels_last,
}


def encoder(model, stem):
    """Returns a network without its classifier, and the number of its features."""
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
    """The loss of one ordered pair of views: instance discrimination plus invariance."""
    x, target = F.normalize(x, dim=-1), F.normalize(target, dim=-1)
    logits = x @ target.t() * tau.exp().clamp(0, 5) + b
    rows, columns = F.log_softmax(logits, 1), F.softmax(logits, 0).t()
    instance = F.cross_entropy(logits, torch.arange(len(x)))
    return instance + F.kl_div(rows, columns, reduction="batchmean")


class Pretraining:
    """Both networks, the optimiser and the target's moves."""

    def __init__(self, model, stem, mode, precision="float32"):
        self.layout = LAYOUTS[mode]
        net, features = encoder(model, stem)
        head = torch.nn.Sequential(
            torch.nn.Linear(features, 512, bias=False),
            torch.nn.ReLU(),
            torch.nn.Linear(512, 64, bias=False),
        )
        self.autocast = (contextlib.nullcontext() if precision == "float32"
                         else torch.autocast("cpu", torch.bfloat16))
        self.online = torch.nn.Sequential(net, head).to(memory_format=self.layout)
        self.target = copy.deepcopy(self.online).requires_grad_(False)
        compiled = torch.compile if mode == "compiled" else lambda module: module
        self.run_online, self.run_target = compiled(self.online), compiled(self.target)
        self.tau = torch.nn.Parameter(torch.zeros([]))
        self.b = torch.nn.Parameter(torch.zeros([]))
        parameters = [*self.online.parameters(), self.tau, self.b]
        self.adam = torch.optim.Adam(parameters, lr=3e-4, weight_decay=1e-5)

    def step(self, views):
        with self.autocast:
            online = [self.run_online(v) for v in views]
            with torch.no_grad():
                target = [self.run_target(v) for v in views]
        online, target = [o.float() for o in online], [t.float() for t in target]
        losses = [pair_loss(o, t, self.tau, self.b) for o, t in zip(online, target[::-1])]
        loss = sum(losses) / 2
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        with torch.no_grad():
            state = zip(self.target.state_dict().values(), self.online.state_dict().values())
            for t, o in state:
                if t.is_floating_point():
                    t.lerp_(o, 0.005)
        return loss.item()

    def extract(self, images):
        self.target.eval()
        with torch.inference_mode(), self.autocast:
            self.target[0](images)


def main():
    mode, precision, work, case, count = sys.argv[1:]
    torch.set_num_threads(2)
    model, stem, size, batch = CASES[case]
    run = Pretraining(model, stem, mode, precision)
    views = [torch.rand(batch, 3, size, size).contiguous(memory_format=run.layout)
             for _ in range(2 if work == "step" else 1)]
    repeat = (lambda: run.step(views)) if work == "step" else lambda: run.extract(views[0])
    print_measurement(times_of(repeat, int(count)))


if __name__ == "__main__":
    main()
