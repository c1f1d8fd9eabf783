"""The operators' benches beside the same calls in PyTorch, in turn, on one and two threads.

    python benches/tensor_beside_torch.py                      # all cases, three rounds: prints a table in Markdown
    python benches/tensor_beside_torch.py --filter conv --rounds 1

Both sides take medians of ten samples after a warm-up; the table gives the median of the rounds and the ratio of ours to
PyTorch's. Forward passes record nothing; backward passes start from a given cotangent and keep the graph.
PyTorch's times include the few microseconds that a call from Python costs. Needs torch, and cargo.
"""
import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent


def cases():
    """Name -> (shapes, function). A shape is marked "+" for values in (0.1, 1), "s" in (-0.1, 0.1), "t" for a constant in (0, 1)."""
    import torch
    import torch.nn.functional as F

    found = {}

    def case(name, shapes, f):
        found[name] = (shapes, f)

    unary = {
        "exp": ("", torch.exp), "ln": ("+", torch.log), "sqrt": ("+", torch.sqrt), "square": ("", torch.square),
        "abs": ("", torch.abs), "tanh": ("", torch.tanh), "sigmoid": ("", torch.sigmoid), "softplus": ("", F.softplus),
        "relu": ("", F.relu), "leaky_relu": ("", lambda x: F.leaky_relu(x, 0.2)), "gelu": ("", F.gelu),
        "silu": ("", F.silu), "elu": ("", F.elu), "pow2.5": ("+", lambda x: x.pow(2.5)),
    }
    for name, (kind, f) in unary.items():
        case(f"{name} 128x784", [(kind, (128, 784))], f)
    matrix, image = ("", (128, 784)), ("", (128, 32, 14, 14))
    case("relu 128x32x14x14", [image], F.relu)
    case("leaky_relu 64x64x14x14", [("", (64, 64, 14, 14))], lambda x: F.leaky_relu(x, 0.2))
    case("add 128x784", [matrix, ("+", (128, 784))], torch.add)
    case("mul 128x784", [matrix, ("+", (128, 784))], torch.mul)
    case("div 128x784", [matrix, ("+", (128, 784))], torch.div)
    case("add 128x20", [("", (128, 20))] * 2, torch.add)
    case("add row 128x512", [("", (128, 512)), ("", (512,))], torch.add)
    case("mul column 64x784", [("", (64, 784)), ("", (64, 1))], torch.mul)
    case("add channel 128x32x14x14", [image, ("", (32, 1, 1))], torch.add)
    case("transposed add 512x784", [("", (784, 512)), ("", (512, 784))], lambda a, b: a.t() + b)
    # In one operator for a number; for a threshold that is learned, as networks write it.
    case("soft_threshold 64x500", [("", (64, 500)), ("+", ())], lambda x, t: torch.sign(x) * F.relu(x.abs() - t))
    targets = [matrix, ("t", (128, 784))]
    case("bce_with_logits 128x784", targets,
         lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="sum"))
    case("mse 128x784", targets, lambda x, t: F.mse_loss(x, t, reduction="sum"))
    case("kl 128x20", [("", (128, 20))] * 2, lambda m, v: -0.5 * torch.sum(1 + v - m.pow(2) - v.exp()))

    case("sum 128x784", [matrix], torch.sum)
    case("sum rows 128x784", [matrix], lambda x: x.sum(0))
    case("sum columns 128x784", [matrix], lambda x: x.sum(1))
    case("mean 128x784", [matrix], torch.mean)
    case("max columns 128x784", [matrix], lambda x: x.amax(1))
    case("variance columns 128x784", [matrix], lambda x: x.var(1, correction=0))
    case("logsumexp 128x784", [matrix], lambda x: x.logsumexp(1))
    case("norm 64x784", [("", (64, 784))], lambda x: x.norm(2, 1))
    case("sum channels 128x32x14x14", [image], lambda x: x.sum((0, 2, 3)))
    case("sum middle 128x32x14x14", [image], lambda x: x.sum(1))
    case("softmax 128x10", [("", (128, 10))], lambda x: F.softmax(x, 1))
    case("softmax 128x784", [matrix], lambda x: F.softmax(x, 1))
    case("log_softmax 1024x16", [("", (1024, 16))], lambda x: F.log_softmax(x, 1))
    classes = torch.arange(128) % 10
    case("cross_entropy 128x10", [("", (128, 10))], lambda x: F.cross_entropy(x, classes))

    for m, k, n in [(128, 784, 512), (128, 512, 256), (128, 256, 40), (128, 20, 256), (64, 784, 256), (64, 500, 500)]:
        case(f"matmul {m}x{k}x{n}", [("", (m, k)), ("", (k, n))], torch.matmul)
    case("matmul 16 of 64x64x64", [("", (16, 64, 64))] * 2, torch.matmul)
    for m, k, n in [(128, 784, 512), (128, 512, 256), (64, 256, 128), (64, 128, 1)]:
        case(f"linear relu {m}x{k}x{n}", [("", (m, k)), ("", (n, k)), ("", (n,))],
             lambda x, w, b: F.relu(F.linear(x, w, b)))

    for n, c, o, size, k, p in [(128, 1, 32, 28, 4, 1), (128, 32, 64, 14, 4, 1), (64, 1, 64, 28, 5, 2),
                                (64, 64, 128, 14, 5, 2)]:
        case(f"conv2d {n}x{c}x{size}x{size} to {o}, {k}x{k}",
             [("", (n, c, size, size)), ("", (o, c, k, k)), ("", (o,))],
             lambda x, w, b, p=p: F.conv2d(x, w, b, stride=2, padding=p))
    for n, c, o, size in [(128, 64, 32, 7), (128, 32, 1, 14)]:
        case(f"conv_transpose2d {n}x{c}x{size}x{size} to {o}, 4x4",
             [("", (n, c, size, size)), ("", (c, o, 4, 4)), ("", (o,))],
             lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1))
    case("max_pool2d 128x32x14x14", [image], lambda x: F.max_pool2d(x, 2))
    case("avg_pool2d 128x32x14x14", [image], lambda x: F.avg_pool2d(x, 2))
    case("dropout 128x784", [matrix], lambda x: F.dropout(x, 0.5))
    case("nearest 128x32x14x14", [image], lambda x: F.interpolate(x, scale_factor=2, mode="nearest"))
    case("bilinear 128x32x14x14", [image],
         lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))

    channels = [image, ("+", (32,)), ("", (32,))]
    features = [("", (128, 512)), ("+", (512,)), ("", (512,))]

    def batch_norm(x, w, b):
        return F.batch_norm(x, None, None, w, b, True)

    case("batch_norm 128x32x14x14", channels, batch_norm)
    case("batch_norm 128x512", features, batch_norm)
    case("layer_norm 128x512", features, lambda x, w, b: F.layer_norm(x, (512,), w, b))
    case("instance_norm 128x32x14x14", channels, lambda x, w, b: F.instance_norm(x, None, None, w, b))

    def parameters(gates):
        return [("+", (gates * 128, 28)), ("+", (gates * 128, 128)), ("+", (gates * 128,)), ("+", (gates * 128,))]

    state = ("", (128, 128))
    case("gru_cell 128x28 to 128", [("", (128, 28)), state, *parameters(3)],
         lambda x, h, *p: torch.gru_cell(x, h, *p))
    case("lstm_cell 128x28 to 128", [("", (128, 28)), state, state, *parameters(4)],
         lambda x, h, c, *p: sum(torch.lstm_cell(x, (h, c), *p)))

    def small(gates):
        return [("s", shape) for _, shape in parameters(gates)]

    sequence, first = ("", (28, 128, 28)), ("", (1, 128, 128))
    case("gru 28 steps 128x28 to 128", [sequence, first, *small(3)],
         lambda x, h, *p: torch.gru(x, h, p, True, 1, 0.0, True, False, False)[0])
    case("lstm 28 steps 128x28 to 128", [sequence, first, first, *small(4)],
         lambda x, h, c, *p: torch.lstm(x, (h, c), p, True, 1, 0.0, True, False, False)[0])
    return found


def median_seconds(call, warm_up=0.06, measure=0.24, samples=10):
    start, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < warm_up or count < 2:
        call()
        count += 1
    repeats = max(1, round(count * measure / samples / spent))
    times = []
    for _ in range(samples):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        times.append((time.perf_counter() - start) / repeats)
    return statistics.median(times)


def measure_torch(threads, chosen):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    make = {
        "": lambda shape: torch.randn(shape).requires_grad_(),
        "+": lambda shape: (torch.rand(shape) * 0.9 + 0.1).requires_grad_(),
        "s": lambda shape: (torch.rand(shape) * 0.2 - 0.1).requires_grad_(),
        "t": torch.rand,
    }
    for name, (shapes, f) in cases().items():
        if chosen not in name:
            continue
        arguments = [make[kind](shape) for kind, shape in shapes]
        variables = [argument for argument in arguments if argument.requires_grad]

        def forward():
            with torch.no_grad():
                f(*arguments)

        y = f(*arguments)
        cotangent = torch.randn(y.shape)
        times = {
            "forward": median_seconds(forward),
            "backward": median_seconds(lambda: torch.autograd.grad(y, variables, cotangent, retain_graph=True)),
        }
        print(json.dumps({"name": name, "threads": threads, **times}), flush=True)


def round_of_torch(threads, chosen):
    command = [sys.executable, __file__, "--measure", str(threads), "--filter", chosen]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    for line in map(json.loads, output.splitlines()):
        for what in ("forward", "backward"):
            yield (line["name"], what, threads), line[what]


def round_of_ours(names, chosen):
    command = ["cargo", "bench", "-q", "--bench", "tensor_operators", "--", "--noplot", chosen]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target"))
    for name, what, threads in names:
        estimates = target / "criterion/operators" / f"{name} {what}" / str(threads) / "new/estimates.json"
        yield (name, what, threads), json.loads(estimates.read_text())["median"]["point_estimate"] * 1e-9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--filter", default="", help="only cases whose names contain this")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure_torch(arguments.measure, arguments.filter)
    theirs, ours = collections.defaultdict(list), collections.defaultdict(list)
    for _ in range(arguments.rounds):
        for threads in (1, 2):
            for key, seconds in round_of_torch(threads, arguments.filter):
                theirs[key].append(seconds)
        for key, seconds in round_of_ours(theirs, arguments.filter):
            ours[key].append(seconds)
    print("| µs, ours / PyTorch's (ratio) | forward, 1 thread | 2 threads | backward, 1 thread | 2 threads |")
    print("|---|---|---|---|---|")
    for name in dict.fromkeys(key[0] for key in theirs):
        cells = []
        for what in ("forward", "backward"):
            for threads in (1, 2):
                key = (name, what, threads)
                we, they = statistics.median(ours[key]) * 1e6, statistics.median(theirs[key]) * 1e6
                cells.append(f"{we:.4g} / {they:.4g} ({we / they:.2f})")
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
