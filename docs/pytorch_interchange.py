"""Models between Latent and PyTorch.

    python docs/pytorch_interchange.py compare MODEL VALUES [--sizes ...] [--channels ...] [--nonlinearity ...]
    python docs/pytorch_interchange.py save MODEL VALUES [--sizes ...] [--channels ...] [--nonlinearity ...]
    python docs/pytorch_interchange.py save MODEL VALUES --example
    python docs/pytorch_interchange.py compare MODEL VALUES --generator --sizes 64,784 --channels 32,64 --norm --classes 10

MODEL and VALUES are safetensors files. `compare` loads a model that `latent_layers::save` wrote and holds its outputs
against VALUES: `x` (samples, pixels) and, of these images, `mean` and `log_var` of q(z | x) and the decoder's
`output` at the mean. It fails if one differs by more than the tolerance, relative to the largest value. `save` writes
an autoencoder of PyTorch and such values; in Rust, `latent_layers::load` reads it into the `latent_models::Vae` of the
same settings. With `--example` it is the model of PyTorch's own VAE example (fc1, fc21, fc22, fc3, fc4), renamed:
`VaeSettings::pytorch_example()`.

With `--generator` the model is that of a GAN: --sizes are latent_dim, hidden ..., pixels; with --channels, which are
those of the discriminator, transposed convolutions follow. VALUES are codes `z` (samples, latent_dim), the `classes`
(samples) if there are some, and the `output` in [-1, 1]. The discriminator in the same file is left out.

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


class ConditionalBatchNorm(nn.Module):
    """Scale and shift from the class: rows of tables, or 1 + g and b of a network of the one-hot class."""

    def __init__(self, classes, channels, hidden):
        super().__init__()
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.affine = nn.Module()
        if hidden:
            layers = nn.Linear(classes, hidden), nn.ReLU(), nn.Linear(hidden, 2 * channels)
            self.affine.network = nn.Sequential(*layers)
        else:
            self.affine.weight = nn.Parameter(torch.ones(classes, channels))
            self.affine.bias = nn.Parameter(torch.zeros(classes, channels))

    def forward(self, x, one_hot):
        x = nn.functional.batch_norm(x, self.running_mean, self.running_var)
        if hasattr(self.affine, "network"):
            scale, shift = self.affine.network(one_hot).chunk(2, dim=1)
            scale = 1 + scale
        else:
            scale, shift = one_hot @ self.affine.weight, one_hot @ self.affine.bias
        wide = (*scale.shape, *[1] * (x.dim() - 2))
        return x * scale.view(wide) + shift.view(wide)


class Generator(nn.Sequential):
    """sizes: latent_dim, hidden ..., pixels; with channels, transposed convolutions after the last hidden layer."""

    def __init__(self, sizes, channels, image, classes, norm, condition):
        def normalisation(width, batch_norm):
            if not norm:
                return []
            return [ConditionalBatchNorm(classes, width, condition) if classes else batch_norm(width)]

        layers = []
        if channels:
            inner = (channels[-1], *(side >> len(channels) for side in image[1:]))
            layers += [nn.Linear(sizes[0], inner[0] * inner[1] * inner[2]), nn.Unflatten(1, inner)]
            for outputs, inputs in reversed(list(itertools.pairwise([image[0], *channels]))):
                layers += [*normalisation(inputs, nn.BatchNorm2d), nn.ReLU()]
                layers.append(nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1))
            layers += [nn.Tanh(), nn.Flatten()]
        else:
            for inputs, outputs in itertools.pairwise(sizes[:-1]):
                layers += [nn.Linear(inputs, outputs), *normalisation(outputs, nn.BatchNorm1d), nn.ReLU()]
            layers += [nn.Linear(*sizes[-2:]), nn.Tanh()]
        super().__init__(*layers)
        self.classes = classes

    def forward(self, z, classes=None):
        one_hot = nn.functional.one_hot(classes.long(), self.classes).float() if self.classes else None
        for layer in self:
            z = layer(z, one_hot) if isinstance(layer, ConditionalBatchNorm) else layer(z)
        return {"output": z}


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


def state_of(path, generator):
    """What a file has for the model alone."""
    state = load_file(path)
    if generator:
        prefix = "generator."
        return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
    # What the training loop keeps beside the model.
    return {name: tensor for name, tensor in state.items() if not name.startswith("objective.")}


def compare(model, values, tolerance):
    """The largest difference of each output, relative to its largest value."""
    with torch.no_grad():
        outputs = model(*(values[name] for name in ("x", "z", "classes") if name in values))
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
    parser.add_argument("--generator", action="store_true", help="the generator of a GAN")
    parser.add_argument("--classes", type=int, default=0, help="of a generator, 0 without")
    parser.add_argument("--norm", action="store_true", help="batch normalisation in the generator")
    parser.add_argument("--condition", type=int, default=0, help="hidden units of the network of the class; 0 for tables")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    arguments = parser.parse_args()

    torch.manual_seed(7)
    shape = arguments.sizes, arguments.channels, arguments.image
    if arguments.generator:
        model = Generator(*shape, arguments.classes, arguments.norm, arguments.condition)
    else:
        model = Vae(*shape, NONLINEARITIES[arguments.nonlinearity])
    if arguments.action == "compare":
        # Batch normalisation of PyTorch counts batches, which changes nothing.
        missing, unknown = model.load_state_dict(state_of(arguments.model, arguments.generator), strict=False)
        if unknown or any(not name.endswith("num_batches_tracked") for name in missing):
            parser.error(f"{arguments.model} is of another model: it lacks {missing} and has {unknown}")
        return 0 if compare(model.eval(), load_file(arguments.values), arguments.tolerance) else 1
    if arguments.generator:
        parser.error("only autoencoders are saved")
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
