"""Variational autoencoders between Latent and PyTorch.

    python docs/pytorch_interchange.py compare MODEL VALUES [--sizes ...] [--channels ...] [--nonlinearity ...]
    python docs/pytorch_interchange.py save MODEL VALUES [--sizes ...] [--channels ...] [--nonlinearity ...]
    python docs/pytorch_interchange.py save MODEL VALUES --example

MODEL and VALUES are safetensors files. `compare` loads a model that `latent_layers::save` wrote and holds its outputs
against VALUES: `x` (samples, pixels) and, of these images, `mean` and `log_var` of q(z | x) and the decoder's
`output` at the mean. It fails if one differs by more than the tolerance, relative to the largest value. `save` writes
an autoencoder of PyTorch and such values; in Rust, `latent_layers::load` reads it into the `latent_models::Vae` of the
same settings. With `--example` it is the model of PyTorch's own VAE example (fc1, fc21, fc22, fc3, fc4), renamed:
`VaeSettings::pytorch_example()`.

Needs torch and safetensors.
"""

import argparse
import itertools
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import nn

NONLINEARITIES = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
}


def connected(sizes, activation):
    """Linear maps of these widths with activations between them."""
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), activation()]
    return layers[:-1]


class Vae(nn.Module):
    """sizes: pixels, hidden ..., latent_dim; with channels, 3x3 convolutions and pooling come first."""

    def __init__(self, sizes, channels, image, activation):
        super().__init__()
        pixels, *hidden, latent = sizes
        first, last = [], []
        width = pixels
        if channels:
            inner = (channels[-1], *(side >> len(channels) for side in image[1:]))
            width = inner[0] * inner[1] * inner[2]
            pairs = list(itertools.pairwise([image[0], *channels]))
            first = [nn.Unflatten(1, image)]
            for inputs, outputs in pairs:
                first += [nn.Conv2d(inputs, outputs, 3, padding=1), activation(), nn.MaxPool2d(2)]
            first.append(nn.Flatten())
            last = [activation(), nn.Unflatten(1, inner)]
            for inputs, outputs in reversed(pairs):
                last += [nn.ConvTranspose2d(outputs, inputs, 4, stride=2, padding=1), activation()]
            last[-1] = nn.Flatten()
        self.encoder = nn.Sequential(*first, *connected([width, *hidden, 2 * latent], activation))
        self.decoder = nn.Sequential(*connected([latent, *reversed(hidden), width], activation), *last)

    def forward(self, x):
        mean, log_var = self.encoder(x).chunk(2, dim=1)
        return {"mean": mean, "log_var": log_var, "output": self.decoder(mean)}


class Example(nn.Module):
    """The model of https://github.com/pytorch/examples/tree/main/vae, up to the logits."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x):
        hidden = torch.relu(self.fc1(x))
        mean, log_var = self.fc21(hidden), self.fc22(hidden)
        return {"mean": mean, "log_var": log_var, "output": self.fc4(torch.relu(self.fc3(mean)))}

    def renamed(self):
        """Its state dict under Latent's names: the two heads are one linear map, means first."""
        of, names = self.state_dict(), {}
        for kind in ("weight", "bias"):
            names[f"encoder.0.{kind}"] = of[f"fc1.{kind}"]
            names[f"encoder.2.{kind}"] = torch.cat([of[f"fc21.{kind}"], of[f"fc22.{kind}"]])
            names[f"decoder.0.{kind}"] = of[f"fc3.{kind}"]
            names[f"decoder.2.{kind}"] = of[f"fc4.{kind}"]
        return names


def compare(model, values, tolerance):
    """The largest difference of each output, relative to its largest value."""
    with torch.no_grad():
        outputs = model(values["x"])
    worst = 0.0
    for name, output in outputs.items():
        difference = ((output - values[name]).abs().max() / values[name].abs().max()).item()
        print(f"{name:>8}: {tuple(output.shape)}, largest relative difference {difference:.2e}")
        worst = max(worst, difference)
    return worst <= tolerance


def main():
    integers = lambda text: [int(part) for part in text.split(",") if part]  # noqa: E731
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["compare", "save"])
    parser.add_argument("model")
    parser.add_argument("values")
    parser.add_argument("--sizes", type=integers, default=[784, 512, 256, 20], help="pixels,hidden,...,latent_dim")
    parser.add_argument("--channels", type=integers, default=[], help="of the convolutions, if there are some")
    parser.add_argument("--image", type=integers, default=[1, 28, 28], help="channels,height,width")
    parser.add_argument("--nonlinearity", choices=sorted(NONLINEARITIES), default="relu")
    parser.add_argument("--example", action="store_true", help="the model of PyTorch's VAE example")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    arguments = parser.parse_args()

    torch.manual_seed(7)
    model = Vae(arguments.sizes, arguments.channels, arguments.image, NONLINEARITIES[arguments.nonlinearity])
    if arguments.action == "compare":
        state = load_file(arguments.model)
        # What the training loop keeps beside the model.
        model.load_state_dict({name: tensor for name, tensor in state.items() if not name.startswith("objective.")})
        return 0 if compare(model.eval(), load_file(arguments.values), arguments.tolerance) else 1
    if arguments.example:
        model = Example()
    with torch.no_grad():
        x = torch.rand(8, 784 if arguments.example else arguments.sizes[0])
        values = {"x": x, **model.eval()(x)}
    state = model.renamed() if arguments.example else model.state_dict()
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, arguments.model)
    save_file({name: tensor.contiguous() for name, tensor in values.items()}, arguments.values)
    return 0


if __name__ == "__main__":
    sys.exit(main())
