"""Layers of PyTorch: state dicts, outputs and gradients in double precision, to compare with.

    python torch_layers.py                # writes <case>.safetensors and values.safetensors beside this file
    python torch_layers.py --load FOLDER  # FOLDER/<case>.safetensors load here, strictly, and give the values

<case>.safetensors is the state dict, as PyTorch has it, before any training. values.safetensors has for each case:
  <case>.input            what the model is applied to
  <case>.evaluated        its output in evaluation
  <case>.cotangent        c, random
  <case>.trained          its output in training mode
  <case>.gradient.<name>  of sum(c * trained) with respect to the parameter
  <case>.gradient.input   and to the input, if that is not indices
  <case>.after.<name>     state after that one step in training mode, if it has any
  <case>.evaluated_after  the output in evaluation with it
  <case>.last*            the last states of recurrent layers in evaluation
"""
import argparse
import pathlib

import torch
from safetensors.torch import load_file, save_file
from torch import nn

HERE = pathlib.Path(__file__).parent


class Residual(nn.Module):
    def __init__(self, layer, shortcut=None):
        super().__init__()
        self.layer, self.shortcut = layer, shortcut or nn.Identity()

    def forward(self, x):
        return self.shortcut(x) + self.layer(x)


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 4, 2, 1), nn.BatchNorm2d(4), nn.LeakyReLU(0.2),
            nn.Conv2d(4, 6, 3, 2, 1, bias=False), nn.GroupNorm(3, 6), nn.SiLU(), nn.Flatten(), nn.Linear(24, 3))
        self.decoder = nn.Sequential(
            nn.Linear(3, 24), nn.ReLU(), nn.Unflatten(1, (6, 2, 2)),
            nn.ConvTranspose2d(6, 4, 4, 2, 1), nn.BatchNorm2d(4), nn.Tanh(),
            nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Words(nn.Module):
    """A classifier of sequences of words."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.gru = nn.GRU(4, 5, batch_first=True)
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        return self.head(self.gru(self.embedding(x))[1][-1])


def image(channels, size=6):
    return lambda: torch.randn(3, channels, size, size)


def sequence():
    return torch.randn(3, 4, 3)


CASES = {
    "linear": (lambda: nn.Linear(5, 3), lambda: torch.randn(4, 2, 5)),
    "linear_without_bias": (lambda: nn.Linear(5, 3, bias=False), lambda: torch.randn(4, 5)),
    "conv2d": (lambda: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), groups=2), image(4)),
    "conv_transpose2d": (
        lambda: nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), groups=2, dilation=(2, 1)), image(4, 4)),
    "max_pool2d": (lambda: nn.MaxPool2d(3, 2, 1), image(2)),
    "avg_pool2d": (lambda: nn.AvgPool2d((3, 2), (2, 1), (1, 0)), image(2)),
    "global_avg_pool": (lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), image(2)),
    "batch_norm1d": (lambda: nn.BatchNorm1d(3), lambda: torch.randn(5, 3) * 2 + 1),
    "batch_norm2d": (lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), image(3)),
    "batch_norm_average": (lambda: nn.BatchNorm2d(3, momentum=None), image(3)),
    "batch_norm_plain": (lambda: nn.BatchNorm2d(3, affine=False, track_running_stats=False), image(3)),
    "layer_norm": (lambda: nn.LayerNorm((4, 3)), sequence),
    "instance_norm": (lambda: nn.InstanceNorm2d(3, affine=True), image(3)),
    "instance_norm_plain": (lambda: nn.InstanceNorm2d(3), image(3)),
    "group_norm": (lambda: nn.GroupNorm(2, 4, eps=1e-3), image(4)),
    "embedding": (lambda: nn.Embedding(7, 4), lambda: torch.tensor([[1, 6, 0], [2, 2, 5]])),
    "gru": (lambda: nn.GRU(3, 5, num_layers=2, batch_first=True), sequence),
    "gru_without_bias": (lambda: nn.GRU(3, 5, bias=False, batch_first=True), sequence),
    "lstm": (lambda: nn.LSTM(3, 5, num_layers=2, batch_first=True), sequence),
    "lstm_without_bias": (lambda: nn.LSTM(3, 5, bias=False, batch_first=True), sequence),
    "upsample_nearest": (lambda: nn.Upsample(scale_factor=2), image(2, 3)),
    "upsample_bilinear": (lambda: nn.Upsample(size=(5, 7), mode="bilinear"), image(2, 4)),
    "residual": (lambda: Residual(nn.Sequential(nn.Linear(3, 6), nn.GELU(), nn.Linear(6, 3))), sequence),
    "residual_shortcut": (
        lambda: Residual(nn.Sequential(nn.Linear(3, 4), nn.ELU(0.7)), nn.Linear(3, 4, bias=False)), sequence),
    "activations": (
        lambda: nn.Sequential(nn.Softplus(), nn.Softshrink(0.3), nn.LogSoftmax(-1), nn.Softmax(-1)), sequence),
    "auto_encoder": (AutoEncoder, image(1, 8)),
    "words": (Words, lambda: torch.tensor([[1, 6, 0, 3], [2, 2, 5, 4]])),
}


def build(case):
    model = CASES[case][0]().double()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.eq(parameter.flatten()[0]).all():  # ones and zeros would hide a mistake
                parameter.normal_(0.7, 0.5)
    return model


def applied(model, x):
    """The output, and the last states of recurrent layers by name."""
    y = model(x)
    if not isinstance(y, tuple):
        return y, {}
    last = y[1] if isinstance(y[1], tuple) else (y[1],)
    return y[0], {f"last{k}": state for k, state in enumerate(last)}


def write():
    torch.manual_seed(2026)
    values = {}
    for case, (_, draw) in CASES.items():
        model = build(case)
        state = {name: tensor.clone().contiguous() for name, tensor in model.state_dict().items()}
        save_file(state, HERE / f"{case}.safetensors")
        x = draw()
        differentiable = x.is_floating_point()
        if differentiable:
            x = x.double().requires_grad_()
        model.eval()
        y, last = applied(model, x)
        record = {"input": x, "evaluated": y, **last}
        model.train()
        y, _ = applied(model, x)
        c = torch.randn_like(y)
        record |= {"trained": y, "cotangent": c}
        wanted = dict(model.named_parameters()) | ({"input": x} if differentiable else {})
        gradients = torch.autograd.grad((c * y).sum(), list(wanted.values()))
        record |= {f"gradient.{name}": gradient for name, gradient in zip(wanted, gradients)}
        after = dict(model.named_buffers())
        if after:
            model.eval()
            record |= {f"after.{name}": buffer for name, buffer in after.items()}
            record["evaluated_after"] = applied(model, x)[0]
        values |= {f"{case}.{name}": tensor.detach().clone().contiguous() for name, tensor in record.items()}
    save_file(values, HERE / "values.safetensors")


def check(folder):
    values = load_file(HERE / "values.safetensors")
    for case in CASES:
        model = build(case)
        model.load_state_dict(load_file(folder / f"{case}.safetensors"), strict=True)
        model.eval()
        y, _ = applied(model, values[f"{case}.input"])
        torch.testing.assert_close(y, values[f"{case}.evaluated"], rtol=0, atol=1e-12)
    print(f"{len(CASES)} models loaded")


parser = argparse.ArgumentParser()
parser.add_argument("--load", type=pathlib.Path)
arguments = parser.parse_args()
check(arguments.load) if arguments.load else write()
