"""Writes the reference values that losses, the optimiser and steps of pretraining are compared with, into network/.

Pinned: Python 3.11, numpy 2.x, torch 2.15.0, torchvision 0.29.2, safetensors 0.8. Run as
    python make_training_fixtures.py [loss optimizer recipe]
"""

import copy
import math

import numpy as np
import torch
import torch.nn.functional as F

from make_encoder_fixtures import resnet
from network_formula import Fixture, fill, leaf, make, noise, tensor

def pair_loss(x, target, tau, b, alpha, siglip, fixed=None):
    """One ordered pair of views, with a fixed temperature if there is one; returns the loss and its
    invariance term."""
    n = len(x)
    if fixed:
        logits = x @ target.T / fixed
    else:
        x, target = F.normalize(x, dim=-1), F.normalize(target, dim=-1)
        logits = x @ target.T * tau.exp().clamp(0, 15 if siglip else 5) + b
    if siglip:
        signs = 2 * torch.eye(n, dtype=logits.dtype) - 1
        instance = -F.logsigmoid(signs * logits).sum() / n
    else:
        instance = F.cross_entropy(logits, torch.arange(n))
    p1, p2 = F.log_softmax(logits, 1), F.softmax(logits, 0).T
    invariance = F.kl_div(p1, p2, reduction="batchmean")
    return instance + alpha * invariance, invariance


def views_loss(online, targets, tau, b, alpha, siglip, fixed=None):
    pairs = [
        pair_loss(x, t, tau, b, alpha, siglip, fixed)
        for i, t in enumerate(targets)
        for j, x in enumerate(online)
        if i != j
    ]
    return sum(p[0] for p in pairs) / len(pairs), sum(p[1] for p in pairs) / len(pairs)


# name: rows, columns, globals, locals, tau, b, alpha, siglip, and a fixed temperature if any
LOSSES = {
    "start": (6, 5, 2, 0, 0.0, 0.0, 1.0, False),
    "warm": (7, 16, 2, 0, 0.75, -0.25, 2.5, False),
    "clamped": (6, 5, 2, 0, 2.0, 0.5, 1.0, False),
    "no_penalty": (5, 8, 2, 0, 0.5, 0.0, 0.0, False),
    "multicrop": (5, 8, 3, 2, 0.5, 0.125, 1.0, False),
    "one_global_local": (4, 8, 1, 1, 0.5, 0.125, 1.0, False),
    "siglip": (6, 8, 2, 0, math.log(10), -10.0, 1.0, True),
    "siglip_clamped": (4, 8, 2, 0, 3.0, -4.0, 0.5, True),
    "siglip_multicrop": (5, 8, 3, 2, 1.0, -2.0, 1.0, True),
    "single": (1, 4, 2, 0, 0.0, 0.0, 1.0, False),
    "fixed": (6, 8, 2, 0, 0.0, 0.0, 0.6, False, 5.0),
    "fixed_multicrop": (5, 8, 3, 2, 0.0, 0.0, 1.0, False, 0.5),
}


def make_loss():
    out = Fixture()
    for label, (n, d, g, l, tau, b, alpha, siglip, *fixed) in LOSSES.items():
        # Views of one image resemble each other, as they do in training.
        base = noise(f"{label}.base", n, d)
        online = [leaf(base + noise(f"{label}.online{j}", n, d)) for j in range(g + l)]
        targets = [tensor(base + noise(f"{label}.target{i}", n, d)) for i in range(g)]
        tau, b = leaf(np.float32(tau)), leaf(np.float32(b))
        loss, invariance = views_loss(online, targets, tau, b, alpha, siglip, *fixed)
        *dx, dtau, db = torch.autograd.grad(loss, [*online, tau, b], allow_unused=True)
        if fixed:
            dtau, db = torch.zeros(()), torch.zeros(())
        out.put(f"{label}.loss", loss)
        out.put(f"{label}.invariance", invariance)
        out.put(f"{label}.dtau", dtau)
        out.put(f"{label}.db", db)
        for j, gradient in enumerate(dx):
            zero = torch.zeros(n, d)  # with one global view, it meets no target but its own
            out.put(f"{label}.dx{j}", zero if gradient is None else gradient)
    out.save("loss")


def gamma_at(k, total, start):
    """In single precision, unlike all else here: so the reference computes it."""
    cosine = torch.cos(math.pi * torch.tensor(k, dtype=torch.float32) / total)
    return (1 - (1 - start) * (cosine + 1) / 2).item()


def make_optimizer():
    out = Fixture()
    for label, rate, decay in [("adam", 3e-4, 1e-5), ("adam_strong", 0.125, 0.5)]:
        for size in [1, 7, 67]:
            p = torch.nn.Parameter(tensor(noise(f"{label}{size}", size)))
            adam = torch.optim.Adam([p], lr=rate, weight_decay=decay)
            for step in range(10):
                # One element in four has no gradient, one scale is tiny: eps must sit where it does.
                u = noise(f"{label}{size}.step{step}", size)
                u[::4] = 0
                p.grad = tensor(u * np.float32(2.0 ** (-20 if size == 7 else 0)))
                adam.step()
            out.put(f"{label}{size}", p)
    for start in [0.99, 0.995]:
        out.put(f"gamma{start}", [gamma_at(k, 1000, start) for k in range(0, 1001, 25)])
    out.save("optimizer")


# name: stem, side of global and local views, their numbers, siglip, steps
RECIPES = {
    "recipe": ("imagenet", 32, 0, 2, 0, False, 10),
    "recipe-siglip": ("imagenet", 32, 0, 2, 0, True, 10),
    "recipe-multicrop": ("cifar", 16, 12, 3, 2, False, 3),
}


def make_recipe():
    for name, settings in RECIPES.items():
        single = make_run(name, torch.float32, *settings)
        double = make_run(name, torch.float64, *settings)
        worst = max(abs(a[0] / b[0] - 1) for a, b in zip(single, double))
        print(f"{name}: losses in float32 and float64 differ by {worst:.1e} at most")


def make_run(name, dtype, stem, side, local_side, globals_, locals_, siglip, steps):
    """Pretraining steps of batch 16, the same views at each: with new ones, rounding alone moves
    later losses by 1e-3 and more. gamma 0.9, a schedule of 15 steps."""
    hidden, outputs, batch, gamma0, steps_per_epoch, epochs, after = 64, 32, 16, 0.9, 4, 2, 1
    total = steps_per_epoch * (epochs + 2) - after
    head = torch.nn.Sequential(
        torch.nn.Linear(512, hidden, bias=False),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, outputs, bias=False),
    )
    online = torch.nn.Sequential(resnet(18, stem), fill(head, "head.block.")).to(dtype).train()
    target = copy.deepcopy(online).requires_grad_(False)
    tau = torch.nn.Parameter(torch.tensor(math.log(10 if siglip else 1), dtype=dtype))
    b = torch.nn.Parameter(torch.tensor(-10.0 if siglip else 0.0, dtype=dtype))
    adam = torch.optim.Adam([*online.parameters(), tau, b], lr=3e-4, weight_decay=1e-5)
    gamma, rows = gamma0, []
    sides = [side] * globals_ + [local_side] * locals_
    views = [tensor(view(f"recipe.view{v}", batch, s)).to(dtype) for v, s in enumerate(sides)]
    for step in range(steps):
        with torch.no_grad():
            targets = [target(v) for v in views[:globals_]]
        loss, invariance = views_loss([online(v) for v in views], targets, tau, b, 1.0, siglip)
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            pairs = list(zip(target.state_dict().values(), online.state_dict().values()))
            if step <= after:
                for t, o in pairs:
                    t.copy_(o)
            else:
                for t, o in pairs:
                    if t.is_floating_point():
                        t.lerp_(o, 1 - gamma)
                gamma = gamma_at(step, total, gamma0)
        rows.append([loss.item(), invariance.item(), tau.item(), b.item(), gamma])
    if dtype == torch.float64:
        out = Fixture()
        out.put("steps", rows)
        x = tensor(view("recipe.probe", 4, side))
        out.put("features", target[0].eval()(x))
        out.save(name)
    return rows


def view(name, batch, side):
    """Images of 4x4 patches of one colour each, the same for all names, under noise of their own."""
    blocks = noise("recipe.images", batch, 3, 4, 4).repeat(side // 4, 2).repeat(side // 4, 3)
    own = noise(name, batch, 3, side, side)
    return blocks * np.float32(0.25) + own * np.float32(0.125) + np.float32(0.5)


if __name__ == "__main__":
    make({"loss": make_loss, "optimizer": make_optimizer, "recipe": make_recipe})
