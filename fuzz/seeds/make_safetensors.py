"""Writes the seeds of the target `safetensors` by the format's own description: the length of a JSON header in eight
bytes, the header, the numbers. Needs nothing but Python: python3 make_safetensors.py
"""

import json
import struct
from pathlib import Path

HERE = Path(__file__).parent / "safetensors"
SIZE = {"F32": ("f", 4), "F64": ("d", 8), "I64": ("q", 8), "F16": ("e", 2)}


def file(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, values) in tensors.items():
        form, _ = SIZE[dtype]
        begin = len(data)
        data += struct.pack(f"<{len(values)}{form}", *values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def module(dtype="F32"):
    names = {"0.weight": [3, 2], "0.bias": [3], "1.weight": [3], "1.bias": [3], "1.running_mean": [3], "1.running_var": [3]}
    size = {name: shape[0] * (shape[1] if len(shape) > 1 else 1) for name, shape in names.items()}
    tensors = {name: (dtype, shape, [0.5] * size[name]) for name, shape in names.items()}
    return tensors | {"1.num_batches_tracked": ("I64", [], [7])}


def checkpoint(**changes):
    state = {"of": "adam", "steps": 3, "scalars": {"scale": 0.1}}
    header = {
        "format": 1,
        "identity": {"config": "seed = 1\n", "data": "planted"},
        "step": 3,
        "validated": 1,
        "best": 0.5,
        "early": {
            "policy": {
                "mode": "min", "patience": 10, "min_change": 0.0, "observed": 1,
                "best": {"index": 0, "value": 0.5}, "stopped": None,
            },
            "has_best": True,
        },
        "model": ["weight"],
        "players": [{"name": "model", "optimizer": state, "average": state, "last_norm": 0.3}],
    } | changes
    tensors = {
        name: ("F32", [2], [0.25, -1.5])
        for name in [
            "model.weight", "best.weight", "optimizer.model.weight.exp_avg", "average.model.weight",
        ]
    }
    return file(tensors, {"latent-checkpoint": "00 " + json.dumps(header)})


def main():
    HERE.mkdir(exist_ok=True)
    seeds = {
        "module": file(module(), {"format": "pt"}),
        "module_f64": file(module("F64")),
        "module_f16": file(module("F16")),
        "module_negative_count": file(module() | {"1.num_batches_tracked": ("I64", [], [-1])}),
        "module_missing": file({"0.weight": ("F32", [3, 2], [0.0] * 6), "other": ("F32", [0, 5], [])}),
        "empty": b"",
        "no_tensors": file({}),
        "huge_header": struct.pack("<Q", 1 << 62) + b"{}",
        "huge_shape": file({"0.bias": ("F32", [2**62, 2**62, 0], []), "model.weight": ("F32", [0, 2**63], [])}),
        "checkpoint": checkpoint(),
        "checkpoint_plain": checkpoint(early=None, best=None, validated=None),
        "checkpoint_other_format": checkpoint(format=2),
        "checkpoint_missing_tensor": checkpoint(model=["weight", "bias"]),
    }
    for name, content in seeds.items():
        (HERE / name).write_bytes(content)


main()
