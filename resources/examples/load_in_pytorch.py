"""A network that `mcnn export RUN --format safetensors` wrote, as a PyTorch module (`pip install torch safetensors`).

`python load_in_pytorch.py model.safetensors` prints its size and its logits of a grey picture. Every width is read from the
file's tensors and the kind of network from its metadata: ResNets, VGG-16, wide ResNets and MobileNetV2, plain, multi-band or
narrowed. Tried with PyTorch 2.15 and safetensors 0.8 on ResNet-8, its MCNN-A and narrow control, VGG-16-BN, WRN-16-4,
MobileNetV2 and its MCNN-A: loads strictly, with the logits that ONNX Runtime gives of the run's ONNX export, within 1e-4.
"""
import json
import sys

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn


class Picture(nn.Module):
    """Raw RGB, 0 to 255, as what the network was trained on."""
    def __init__(self):
        super().__init__()
        for name in ('mean', 'std'):
            self.register_buffer(name, torch.ones(3))

    def forward(self, x):
        return (x / 255 - self.mean[:, None, None]) / self.std[:, None, None]


class Conv(nn.Conv2d):
    """A convolution and the normalisation of its name, which stands behind it or, in wide ResNets, before it."""

    def __init__(self, tensors, stride=1, depthwise=False):
        out, inputs, side, _ = tensors['weight'].shape
        groups = out if depthwise else 1
        super().__init__(inputs * groups, out, side, stride, padding=side // 2, groups=groups, bias=False)
        if 'norm.weight' in tensors:
            self.norm = nn.BatchNorm2d(len(tensors['norm.weight']))

    def normed(self, x):
        return self.norm(self(x))


class Basic(nn.Module):  # ResNet
    def __init__(self, tensors, stride):
        super().__init__()
        self.conv1, self.conv2 = Conv(under(tensors, 'conv1'), stride), Conv(under(tensors, 'conv2'))
        self.shortcut = Conv(under(tensors, 'shortcut'), stride) if 'shortcut.weight' in tensors else None  # wide ones

    def forward(self, x):
        y = self.conv2.normed(F.relu(self.conv1.normed(x)))
        if y.shape != x.shape:  # every second pixel, zeros on both sides of the channels
            zeros = (y.shape[1] - x.shape[1]) // 2
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, zeros, zeros))
        return F.relu(y + x)


class Preactivation(Basic):  # wide ResNet
    def forward(self, x):
        active = F.relu(self.conv1.norm(x))
        y = self.conv2(F.relu(self.conv2.norm(self.conv1(active))))
        return y + (self.shortcut(active) if self.shortcut else x)


class Inverted(nn.Module):  # MobileNetV2
    def __init__(self, tensors, stride):
        super().__init__()
        self.expand, self.project = Conv(under(tensors, 'expand')), Conv(under(tensors, 'project'))
        self.depthwise = Conv(under(tensors, 'depthwise'), stride, depthwise=True)
        self.shortcut = Conv(under(tensors, 'shortcut')) if 'shortcut.weight' in tensors else None

    def forward(self, x):
        y = self.project.normed(F.relu(self.depthwise.normed(F.relu(self.expand.normed(x)))))
        return y if y.shape[2] < x.shape[2] else y + (self.shortcut.normed(x) if self.shortcut else x)


class Network(nn.Module):
    def __init__(self, architecture, tensors):
        super().__init__()
        self.family = architecture.split('-')[0]
        block, halving = {'resnet': (Basic, (2, 3)), 'wrn': (Preactivation, (2, 3)), 'mobilenet': (Inverted, (3, 4, 6)), 'vgg': (Conv, ())}[self.family]
        self.normalisation, self.stem = Picture(), Conv(under(tensors, 'stem'))
        self.stages = sorted({name.split('.')[0] for name in tensors if name.startswith('stage')})
        for number, stage in enumerate(self.stages, 1):
            names = sorted({name.split('.')[0] for name in under(tensors, stage)}, key=lambda name: int(name.strip('blockcnv')))
            strides = [2 if number in halving and name == 'block1' else 1 for name in names]
            self.add_module(stage, nn.ModuleDict({name: block(under(tensors, f'{stage}.{name}'), stride) for name, stride in zip(names, strides)}))
        if self.family == 'wrn':
            self.final = nn.ModuleDict({'norm': nn.BatchNorm2d(len(tensors['final.norm.weight']))})
        if self.family == 'mobilenet':
            self.head = Conv(under(tensors, 'head'))
        self.dense = nn.Linear(*reversed(tensors['dense.weight'].shape))

    def forward(self, pictures):
        """pictures [N, 3, 32, 32], 0 to 255; logits [N, classes]"""
        x = self.normalisation(pictures)
        x = self.stem(x) if self.family == 'wrn' else F.relu(self.stem.normed(x))
        for stage in self.stages:
            for layer in self.get_submodule(stage).values():
                x = F.relu(layer.normed(x)) if self.family == 'vgg' else layer(x)
            x = F.max_pool2d(x, 2) if self.family == 'vgg' else x
        x = F.relu(self.final['norm'](x) if self.family == 'wrn' else self.head.normed(x) if self.family == 'mobilenet' else x)
        return self.dense(x.mean((2, 3)))


def under(tensors, name):
    return {key[len(name) + 1:]: tensor for key, tensor in tensors.items() if key.startswith(f'{name}.')}


def load(path):
    """The network, ready to classify, and the names of its classes."""
    with safe_open(path, 'pt') as file:
        tensors, about = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()
    network = Network(about['architecture'], tensors)
    network.load_state_dict(tensors, strict=True)
    return network.eval(), json.loads(about['classes'])


if __name__ == '__main__':
    network, classes = load(sys.argv[1])
    print(sum(p.numel() for p in network.parameters()), 'parameters')
    print(dict(zip(classes, network(torch.full((1, 3, 32, 32), 128.0))[0].tolist())))
