"""Times steps of PyTorch's DistributedDataParallel with gloo: pytorch_ddp.py SECONDS OPTIONS...

Takes -m, --batch-size and --image-size as relic does; the batch is of all ranks together. A step is what
two global views of ReLIC's online network cost, forward, backward and Adam: the target network, the
gather of projections and the normalisation over all ranks, which DDP does without, are left out.
"""

import argparse
import os
import statistics
import sys
import time

import torch
import torchvision

parser = argparse.ArgumentParser()
parser.add_argument("seconds", type=float)
parser.add_argument("-m", default="resnet18")
parser.add_argument("--batch-size", type=int, default=256)
parser.add_argument("--image-size", type=int, default=32)
options, _ = parser.parse_known_args()

torch.set_num_threads(1)
torch.manual_seed(0)
world, rank = int(os.environ["WORLD_SIZE"]), int(os.environ["RANK"])
network = getattr(torchvision.models, options.m)(num_classes=64).to(memory_format=torch.channels_last)
if world > 1:
    torch.distributed.init_process_group("gloo", rank=rank, world_size=world)
    network = torch.nn.parallel.DistributedDataParallel(network)
optimizer = torch.optim.Adam(network.parameters(), lr=3e-4)
rows = options.batch_size // world
side = options.image_size
views = torch.rand(2 * rows, 3, side, side).contiguous(memory_format=torch.channels_last)
times = []
start = time.monotonic()
go_on = torch.ones(1)
while go_on.item():
    before = time.monotonic()
    first, second = network(views).chunk(2)
    loss = torch.nn.functional.cross_entropy(first @ second.T, torch.arange(rows))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    times.append(time.monotonic() - before)
    go_on[0] = float(time.monotonic() - start < options.seconds)
    if world > 1:
        torch.distributed.broadcast(go_on, 0)
if rank == 0:
    median = statistics.median(times[1:] or times)
    print(f"PyTorch {torch.__version__}, {world} of one thread: {1000 * median:.0f} ms a step, median of {len(times)}")
sys.stdout.flush()
