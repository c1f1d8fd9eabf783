"""An epoch of a study beside the same loop in PyTorch, in turn: batches, steps and the lines of the log included.

    python benches/epoch_beside_torch.py --data DIR                                   # all, prints a table in Markdown
    python benches/epoch_beside_torch.py --data DIR --threads 1 vae_mnist/pytorch_example

DIR has mnist/train-images-idx3-ubyte, plain or with .gz. Ours is the program of the study, built for release, without
validations and checkpoints; its time comes from metrics.jsonl. Both sides draw a new order each epoch, turn bytes into
numbers a batch at a time, write losses and gradient norms to a file as often, and leave out the first hundred steps.
Needs torch, and cargo.
"""

import argparse
import gzip
import itertools
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

ROOT = pathlib.Path(__file__).resolve().parents[1]
WARM_UP = 100


def idx(path):
    """The bytes of an IDX file."""
    zipped = path.with_name(path.name + ".gz")
    data = gzip.decompress(zipped.read_bytes()) if zipped.exists() else path.read_bytes()
    sides = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return torch.frombuffer(bytearray(data[4 + 4 * len(sides) :]), dtype=torch.uint8).view(sides[0], -1)


class Vae(nn.Module):
    """784-400-20 of PyTorch's example: the sum of binary cross-entropy and divergence, a mean over the batch."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

    def loss(self, _player, x, _classes):
        mean, log_var = self.encoder(x).chunk(2, 1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_var)
        reconstruction = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum") / len(x)
        kl = -0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp()) / len(x)
        return reconstruction + kl, {"reconstruction": reconstruction, "kl": kl}

    def players(self):
        return [(self, torch.optim.Adam(self.parameters(), lr=1e-3, fused=True))]


class ConditionalBatchNorm(nn.Module):
    """Batch normalisation whose scale and shift are rows of tables."""

    def __init__(self, classes, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.scale = nn.Parameter(torch.ones(classes, channels))
        self.shift = nn.Parameter(torch.zeros(classes, channels))

    def forward(self, x, classes):
        return self.norm(x) * self.scale[classes, :, None, None] + self.shift[classes, :, None, None]


class Gan(nn.Module):
    """The configuration of this text: fully connected, or convolutional with classes."""

    def __init__(self, config):
        super().__init__()
        model, self.config = config["model"], config
        self.latent, self.classes = model["latent_dim"], model["classes"]
        normalized = spectral_norm if model["spectral_norm"] != "off" else lambda layer: layer
        if model["architecture"] == "mlp":
            widths = [self.latent, *model["generator_hidden"], 784]
            self.generator = nn.ModuleList()
            for inputs, outputs in itertools.pairwise(widths):
                self.generator += [nn.Linear(inputs, outputs), nn.ReLU()]
            features, width = [], 784
            for outputs in model["discriminator_hidden"]:
                features += [normalized(nn.Linear(width, outputs)), nn.LeakyReLU(0.2)]
                width = outputs
        else:
            channels = [1, *model["channels"]]
            side = 28 >> (len(channels) - 1)
            width = channels[-1] * side**2
            self.generator = nn.ModuleList([nn.Linear(self.latent, width)])
            self.generator.append(nn.Unflatten(1, (channels[-1], side, side)))
            for outputs, inputs in reversed(list(itertools.pairwise(channels))):
                self.generator += [ConditionalBatchNorm(self.classes, inputs), nn.ReLU()]
                self.generator.append(nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1))
            self.generator += [nn.Identity()]
            features = [nn.Unflatten(1, (1, 28, 28))]
            for inputs, outputs in itertools.pairwise(channels):
                features += [normalized(nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)), nn.LeakyReLU(0.2)]
            features.append(nn.Flatten())
        self.generator[-1] = nn.Tanh()
        self.discriminator = nn.Module()
        self.discriminator.features = nn.Sequential(*features)
        self.discriminator.output = normalized(nn.Linear(width, 1))
        if self.classes:
            self.discriminator.embedding = normalized(nn.Linear(self.classes, width, bias=False))

    def generate(self, count, classes):
        x = torch.randn(count, self.latent)
        for layer in self.generator:
            x = layer(x, classes) if isinstance(layer, ConditionalBatchNorm) else layer(x)
        return x.flatten(1)

    def judge(self, x, classes):
        features = self.discriminator.features(x)
        output = self.discriminator.output(features)
        if self.classes:
            one_hot = F.one_hot(classes, self.classes).float()
            output = output + (self.discriminator.embedding(one_hot) * features).sum(1, keepdim=True)
        return output

    def loss(self, player, x, classes):
        hinge = self.config["objective"]["loss"] == "hinge"
        if player == 1:
            of_fake = self.judge(self.generate(len(x), classes), classes)
            # The minimax game: ln(1 - D(G(z))).
            loss = -of_fake.mean() if hinge else -F.softplus(of_fake).mean()
            return loss, {"fake_output": of_fake.mean()}
        with torch.no_grad():
            fake = self.generate(len(x), classes)
        of_real, of_fake = self.judge(2 * x - 1, classes), self.judge(fake, classes)
        if hinge:
            loss = F.relu(1 - of_real).mean() + F.relu(1 + of_fake).mean()
        else:
            loss = F.softplus(-of_real).mean() + F.softplus(of_fake).mean()
        return loss, {"real_output": of_real.mean(), "fake_output": of_fake.mean()}

    def players(self):
        def adam(name, module):
            settings = self.config[name]
            return torch.optim.Adam(module.parameters(), lr=settings["learning_rate"], betas=settings["betas"], fused=True)

        return [
            (self.discriminator, adam("discriminator", self.discriminator)),
            (self.generator, adam("generator", self.generator)),
        ]


def ours(binary, config, threads, data, epochs, folder):
    """Seconds an epoch, and the resolved configuration."""
    run = pathlib.Path(folder) / "run"
    sets = ["training.validate_every='never'", "training.checkpoint_every='never'", f"training.epochs={epochs}"]
    sets += ["judged_samples=0", "training.watch=objective"] if "gan" in binary.name else ["likelihood_images=1"]
    flags = [flag for text in sets for flag in ("--set", text)]
    command = [binary, "--config", config, "--threads", threads, "--dataset", "mnist", "--data-dir", data, "--output", run]
    subprocess.run([str(part) for part in command] + flags, check=True, stderr=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    steps = [line for line in lines if line["kind"] == "step"]
    first = next(line for line in steps if line["step"] >= WARM_UP)
    resolved = tomllib.loads((run / "config.toml").read_text())
    pace = (steps[-1]["seconds"] - first["seconds"]) / (steps[-1]["step"] - first["step"])
    return 60_000 // resolved["training"]["batch_size"] * pace, resolved


def theirs(config, images, labels, epochs, log):
    """Seconds an epoch of the same loop."""
    torch.manual_seed(0)
    gan = "generator" in config
    model = Gan(config) if gan else Vae()
    players = model.players()
    batch, log_every = config["training"]["batch_size"], config["training"]["log_every"]
    turns = [0] * config["discriminator_steps"] + [1] if gan else [0]
    average = None
    if gan and "average" in config["generator"]:
        decay = config["generator"]["average"]["decay"]
        average = ([p.detach().clone() for p in model.generator.parameters()], decay)
    total, made, start = epochs * (len(images) // batch), 0, None
    counts = [0] * len(players)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        for index in range(len(images) // batch):
            chosen = order[index * batch : (index + 1) * batch]
            x, classes = images[chosen].float() / 255, labels[chosen].view(-1).long()
            player = turns[made % len(turns)]
            module, optimizer = players[player]
            # Of the other player nothing is asked.
            for other, (their, _) in enumerate(players):
                their.requires_grad_(other == player)
            loss, terms = model.loss(player, x, classes)
            optimizer.zero_grad()
            loss.backward()
            # Cosine schedules change a number each step.
            if gan and config["generator"]["schedule"]["kind"] == "cosine":
                rate = config[["discriminator", "generator"][player]]["learning_rate"]
                optimizer.param_groups[0]["lr"] = rate * 0.5 * (1 + math.cos(math.pi * made / total))
            if counts[player] % log_every == 0:
                norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm([p.grad for p in module.parameters()])))
                values = {name: value.item() for name, value in terms.items()} | {"objective": loss.item()}
                log.write(json.dumps({"step": made, "values": values, "gradient_norm": norm.item()}) + "\n")
            optimizer.step()
            if average and player == 1:
                torch._foreach_lerp_(average[0], [p.detach() for p in model.generator.parameters()], 1 - average[1])
            counts[player] += 1
            made += 1
            if made == WARM_UP:
                start = time.perf_counter()
    return (len(images) // batch) * (time.perf_counter() - start) / (made - WARM_UP)


def main():
    cases = ["vae_mnist/pytorch_example", "gan_mnist/article", "gan_mnist/default"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=cases, metavar="STUDY/CONFIG", help=f"default: {' '.join(cases)}")
    parser.add_argument("--data", default=os.environ.get("LATENT_DATA_DIR"), help="default: LATENT_DATA_DIR")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=1, help="of each round")
    parser.add_argument("--binaries", type=pathlib.Path, help="their folder; without, they are built for release")
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("--data, or LATENT_DATA_DIR, must name the folder with mnist/")
    torch.set_num_threads(arguments.threads)
    folder = pathlib.Path(arguments.data) / "mnist"
    images, labels = (idx(folder / f"train-{name}-ubyte") for name in ("images-idx3", "labels-idx1"))
    binaries = arguments.binaries or ROOT / "target" / "release"
    if not arguments.binaries:
        studies = sorted({case.split("/")[0] for case in arguments.cases})
        command = ["cargo", "build", "--release", "-p", "experiments", *(f"--bin={study}" for study in studies)]
        subprocess.run(command, cwd=ROOT, check=True)

    print("| study, configuration | Latent, s an epoch | PyTorch | ratio |\n|---|---|---|---|", flush=True)
    for case in arguments.cases:
        study, name = case.split("/")
        times = [], []
        for _ in range(arguments.rounds):
            with tempfile.TemporaryDirectory() as work:
                seconds, config = ours(
                    binaries / study, name, arguments.threads, arguments.data, arguments.epochs, work
                )
                times[0].append(seconds)
                with open(pathlib.Path(work) / "torch.jsonl", "w") as log:
                    times[1].append(theirs(config, images, labels, arguments.epochs, log))
        latent, pytorch = (statistics.median(of) for of in times)
        print(f"| `{study} --config {name}` | {latent:.2f} | {pytorch:.2f} | {latent / pytorch:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
