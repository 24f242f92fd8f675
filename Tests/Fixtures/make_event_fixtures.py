"""Writes the event file that Tests/RelicCommandTests/Runs/EventFileTests.swift makes again, by
TensorBoard's own messages and writer, and checks that TensorBoard reads from it what was meant.

Made with Python 3.11, tensorboard 2.21.0, protobuf 7.36.2:
    python Tests/Fixtures/make_event_fixtures.py
With the path of a folder it prints instead what TensorBoard reads from the event files there.
"""

import math
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FOLDER = pathlib.Path(__file__).parent / "events"
NAME = "events.out.tfevents.1700000000.host.1.0"


def scalars(wall_time, step, values):
    return Event(
        wall_time=wall_time,
        step=step,
        summary=Summary(value=[Summary.Value(tag=tag, simple_value=x) for tag, x in values]),
    )


EVENTS = [
    Event(wall_time=1700000000.0, file_version="brain.Event:2"),
    Event(wall_time=1700000000.25, step=3, session_log=SessionLog(status=SessionLog.START)),
    scalars(1700000001.5, 3, [("train/loss", 5.5), ("train/top1", 0.0)]),
    scalars(1700000002.0, 300, [("train/loss", -1e-30), ("eval/top1", 0.6875)]),
    scalars(1700000003.0, 2**40, [("train/lernraten-größe", math.inf), ("train/loss", 1 / 3)]),
]


def read(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    accumulator.Reload()
    return {
        tag: [(event.step, event.value, event.wall_time) for event in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


def main():
    if len(sys.argv) > 1:
        for tag, events in read(sys.argv[1]).items():
            print(tag, len(events), "first", events[0], "last", events[-1])
        return
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / NAME, "wb") as file:
        writer = RecordWriter(file)
        for event in EVENTS:
            writer.write(event.SerializeToString())
    found = read(FOLDER)
    assert [step for step, _, _ in found["train/loss"]] == [3, 300, 2**40], found
    assert found["train/top1"] == [(3, 0.0, 1700000001.5)], found
    assert found["eval/top1"] == [(300, 0.6875, 1700000002.0)], found


main()
