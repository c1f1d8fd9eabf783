"""Steps of Adam beside `torch.optim.Adam(fused=True)` on the same shapes, in turn, on one and two threads.

    python benches/optim_beside_torch.py [--rounds 3]      # prints a table in Markdown

Both sides give the smallest of many samples, each the mean of some steps, over all rounds: the time where nobody else
had the machine. PyTorch's include the few microseconds that a call from Python costs. Needs torch, and cargo.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
LAYERS = [(512, 784), (256, 512), (40, 256), (256, 20), (512, 256), (784, 512)]
MLP = [shape for outputs, inputs in LAYERS for shape in ((outputs, inputs), (outputs,))]
# name -> (shapes, whether gradients are transposed, steps a sample)
CASES = {"mlp": (MLP, False, 5), "mlp transposed": (MLP, True, 5), "small": ([(16, 16)] * 20, False, 100)}


def measure_torch(threads):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    for name, (shapes, transposed, repeats) in CASES.items():
        parameters = [torch.randn(shape).requires_grad_() for shape in shapes]
        for p in parameters:
            p.grad = torch.randn(p.shape[::-1]).permute(*range(p.dim() - 1, -1, -1)) if transposed else torch.randn(p.shape)
        adam = torch.optim.Adam(parameters, fused=True)
        times = []
        for _ in range(60):
            start = time.perf_counter()
            for _ in range(repeats):
                adam.step()
            times.append((time.perf_counter() - start) / repeats)
        print(json.dumps({"name": name, "seconds": min(times[5:])}), flush=True)


def round_of_torch(threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    command = [sys.executable, __file__, "--measure", str(threads)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    for line in map(json.loads, output.splitlines()):
        yield (line["name"], threads), line["seconds"]


def round_of_ours():
    command = ["cargo", "bench", "-q", "--bench", "optim_step", "--", "--noplot"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target"))
    for name in CASES:
        for threads in (1, 2):
            sample = json.loads((target / f"criterion/step/{name}/{threads}/new/sample.json").read_text())
            means = [t / n for t, n in zip(sample["times"], sample["iters"])]
            yield (name, threads), min(means) * 1e-9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure_torch(arguments.measure)
    theirs, ours = (collections.defaultdict(lambda: float("inf")) for _ in range(2))
    for _ in range(arguments.rounds):
        for threads in (1, 2):
            for key, seconds in round_of_torch(threads):
                theirs[key] = min(theirs[key], seconds)
        for key, seconds in round_of_ours():
            ours[key] = min(ours[key], seconds)
    print("| µs, ours / PyTorch's (ratio) | 1 thread | 2 threads |")
    print("|---|---|---|")
    for name in CASES:
        cells = []
        for threads in (1, 2):
            we, they = ours[name, threads] * 1e6, theirs[name, threads] * 1e6
            cells.append(f"{we:.4g} / {they:.4g} ({we / they:.2f})")
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
