"""Trains a CIFAR ResNet in PyTorch with the draws that `bench/replay/draws.ts` wrote: the program's own initial weights,
order of examples and augmentation. Prints one JSON line per epoch. Needs torch, numpy and safetensors.

usage: torch_replay.py FOLDER [--threads N] [--float64]
"""
import argparse
import json
import pathlib

import numpy
import torch
import torch.nn.functional as functional
from safetensors.numpy import load_file

flags = argparse.ArgumentParser()
flags.add_argument("folder", type=pathlib.Path)
flags.add_argument("--threads", type=int)
flags.add_argument("--float64", action="store_true", help="compute in float64 from end to end")
options = flags.parse_args()
if options.threads:
    torch.set_num_threads(options.threads)
kind = torch.float64 if options.float64 else torch.float32

job = json.loads((options.folder / "job.json").read_text())
values = {name: torch.from_numpy(value).to(kind) for name, value in load_file(options.folder / "initial.safetensors").items()}
trained = [values[name].requires_grad_() for name in job["trainable"]]
optimizer = torch.optim.SGD(trained, lr=0, momentum=job["momentum"], weight_decay=job["weightDecay"])
padding = 4


def read(name, shape, dtype=numpy.uint8):
    return numpy.fromfile(options.folder / name, dtype).reshape(shape)


train, test = read("train.u8", (-1, 32, 32, 3)), read("test.u8", (-1, 32, 32, 3))
train_labels, test_labels = (torch.from_numpy(read(f"{split}-labels.u8", -1).astype(numpy.int64)) for split in ("train", "test"))
table = read("table.f32", (3, 256), numpy.float32)
padded = numpy.pad(train, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
draws = numpy.memmap(options.folder / "draws.i32", numpy.int32, "r", shape=(job["epochs"], 4, len(train)))


def normalised(images):
    """Bytes [n, 32, 32, 3] as the network takes them: [n, 3, 32, 32]."""
    channels = numpy.stack([table[c][images[..., c]] for c in range(3)], 1)
    return torch.from_numpy(channels).to(kind).contiguous(memory_format=torch.channels_last)


def augmented(examples, rows, columns, mirrored):
    """Output (y, x) shows source (y + row, x + column), black outside; the crop is mirrored after that."""
    y = rows[:, None] + padding + numpy.arange(32)
    x = columns[:, None] + padding + numpy.where(mirrored[:, None] == 1, numpy.arange(31, -1, -1), numpy.arange(32))
    return padded[examples[:, None, None], y[:, :, None], x[:, None, :]]


def kernel(layer):
    """[out, in, 3, 3] of a layer; of a multi-band layer the expanded bank, band-major."""
    base = values[f"{layer['name']}.kernel"].permute(3, 2, 0, 1)
    if not layer["bank"]:
        return base
    taps = base.reshape(*base.shape[:2], 9)
    bank = torch.tensor(layer["bank"])
    bands = [taps[..., band.abs().clamp(min=1) - 1] * band.sign().to(kind) for band in bank]
    return torch.cat(bands).reshape(-1, base.shape[1], 3, 3)


def convolution_and_norm(x, layer, training):
    x = functional.conv2d(x, kernel(layer), stride=layer["stride"], padding=1)
    scale, offset, mean, variance = (values[f"{layer['name']}.norm.{part}"] for part in ("scale", "offset", "mean", "variance"))
    return functional.batch_norm(x, mean, variance, scale, offset, training, momentum=0.1, eps=1e-5)


def logits(x, training):
    for block in job["blocks"]:
        if block["kind"] == "conv":
            x = functional.relu(convolution_and_norm(x, block["conv"], training))
            continue
        y = functional.relu(convolution_and_norm(x, block["conv1"], training))
        y = convolution_and_norm(y, block["conv2"], training)
        if block["subsample"]:
            missing = (y.shape[1] - x.shape[1]) // 2
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, missing, missing))
        x = functional.relu(y + x)
    return x.mean((2, 3)) @ values["dense.weight"] + values["dense.bias"]


def train_epoch(epoch):
    """The mean loss over the examples, and the losses of the first two steps."""
    optimizer.param_groups[0]["lr"] = job["learningRates"][epoch]
    losses, size = [], job["batchSize"]
    for start in range(0, len(train), size):
        examples, rows, columns, mirrored = numpy.array(draws[epoch][:, start:start + size])
        optimizer.zero_grad()
        loss = functional.cross_entropy(logits(normalised(augmented(examples, rows, columns, mirrored)), True), train_labels[examples])
        loss.backward()
        optimizer.step()
        losses.append((loss.item(), len(examples)))
    return sum(loss * count for loss, count in losses) / len(train), [loss for loss, _ in losses[:2]]


@torch.no_grad()
def evaluate():
    """Mean loss and accuracy over the test examples."""
    loss, right, size = 0.0, 0, 500
    for start in range(0, len(test), size):
        labels = test_labels[start:start + size]
        result = logits(normalised(test[start:start + size]), False)
        loss += functional.cross_entropy(result, labels, reduction="sum").item()
        right += (result.argmax(1) == labels).sum().item()
    return loss / len(test), right / len(test)


for epoch in range(job["epochs"]):
    train_loss, first = train_epoch(epoch)
    test_loss, test_accuracy = evaluate()
    line = {"epoch": epoch + 1, "trainLoss": train_loss, "testLoss": test_loss, "testAccuracy": test_accuracy, "firstLosses": first}
    print(json.dumps({**line, "torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
