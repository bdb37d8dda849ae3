"""A CIFAR ResNet's training step in PyTorch: channels_last, autocast where bfloat16 is asked for."""
import argparse

from protocol import give_up, serve

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as missing:
    give_up(f"its Python can't load torch ({missing})")

flags = argparse.ArgumentParser()
flags.add_argument("--depth", type=int, required=True)
flags.add_argument("--batch", type=int, required=True)
flags.add_argument("--precision", choices=("float32", "bfloat16"), required=True)
flags.add_argument("--warm-up", type=int, required=True)
options = flags.parse_args()


def conv_norm(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.inner = nn.Sequential(*conv_norm(inputs, outputs, stride), nn.ReLU(inplace=True), *conv_norm(outputs, outputs))
        self.stride, self.missing = stride, (outputs - inputs) // 2

    def forward(self, x):
        y = self.inner(x)
        if self.stride == 2:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.missing, self.missing))
        return functional.relu(y + x)


def network(depth):
    layers, width = [*conv_norm(3, 16), nn.ReLU(inplace=True)], 16
    for stage, outputs in enumerate((16, 32, 64)):
        for index in range((depth - 2) // 6):
            layers.append(Residual(width, outputs, 2 if stage > 0 and index == 0 else 1))
            width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))


kind = "cuda" if torch.cuda.is_available() else "cpu"
model = network(options.depth).to(kind, memory_format=torch.channels_last)
images = torch.randn(options.batch, 3, 32, 32, device=kind).to(memory_format=torch.channels_last)
labels = torch.randint(10, (options.batch,), device=kind)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)


def step():
    optimizer.zero_grad()
    with torch.autocast(kind, torch.bfloat16, enabled=options.precision == "bfloat16"):
        loss = functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


serve(step, options.warm_up, torch.__version__, torch.cuda.get_device_name() if kind == "cuda" else "cpu")
