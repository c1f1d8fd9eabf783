"""Values and derivatives of order one and two computed by PyTorch in double precision.

    python torch_goldens.py          # writes torch.json beside this file

Each case is a flat table of arrays {"shape": [...], "data": [...]}. For an operator y = f(x, ...) with a random
cotangent c, `first_k` is the gradient of <c, y> with respect to argument k, and `second_k` is the gradient of
sum_j <v_j, first_j> with respect to argument k, for random v.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(2026)
CASES = {}
NAMES = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]


def table(**arrays):
    def one(a):
        a = torch.as_tensor(a).detach()
        return {"shape": list(a.shape), "data": a.reshape(-1).tolist()}

    return {name: one(a) for name, a in arrays.items()}


def case(name, f, *arguments):
    """First and second derivatives of an operator."""
    x = [a.clone().requires_grad_() for a in arguments]
    y = f(*x)
    c = torch.randn_like(y)
    first = torch.autograd.grad((c * y).sum(), x, create_graph=True)
    v = [torch.randn_like(a) for a in x]
    slope = sum((a * b).sum() for a, b in zip(first, v))
    second = torch.autograd.grad(slope, x, allow_unused=True) if slope.requires_grad else [None] * len(x)
    arrays = {"value": y, "cotangent": c}
    for k, (a, g, w, h) in enumerate(zip(arguments, first, v, second)):
        arrays |= {f"x_{k}": a, f"first_{k}": g, f"v_{k}": w, f"second_{k}": torch.zeros_like(a) if h is None else h}
    CASES[name] = table(**arrays)


def gradient_penalty(name, critic, parameters, x):
    """E[(||grad_x D(x)|| - 1)^2] and its gradient with respect to the parameters."""
    parameters = [p.clone().requires_grad_() for p in parameters]
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(critic(x, *parameters).sum(), x, create_graph=True)
    loss = ((g.flatten(1).norm(2, 1) - 1) ** 2).mean()
    grads = torch.autograd.grad(loss, parameters, allow_unused=True)
    arrays = {"x": x, "loss": loss}
    for k, (p, d) in enumerate(zip(parameters, grads)):
        arrays |= {f"parameter_{k}": p, f"gradient_{k}": torch.zeros_like(p) if d is None else d}
    CASES[name] = table(**arrays)


leaky = lambda x: F.leaky_relu(x, 0.2)
gradient_penalty(
    "mlp_gradient_penalty",
    lambda x, w1, b1, w2, b2, w3: leaky(leaky(x @ w1 + b1) @ w2 + b2) @ w3,
    [torch.randn(6, 8), torch.randn(8), torch.randn(8, 5), torch.randn(5), torch.randn(5, 1)],
    torch.randn(4, 6),
)
gradient_penalty(
    "conv_gradient_penalty",
    lambda x, k1, k2, w: leaky(F.conv2d(leaky(F.conv2d(x, k1, stride=2, padding=1)), k2, padding=1)).flatten(1) @ w,
    [torch.randn(3, 2, 3, 3), torch.randn(2, 3, 3, 3), torch.randn(2 * 3 * 4, 1)],
    torch.randn(3, 2, 6, 8),
)
# A smooth critic, whose second derivatives do not vanish.
gradient_penalty(
    "smooth_gradient_penalty",
    lambda x, w1, b1, w2: torch.tanh(x @ w1 + b1) @ w2,
    [torch.randn(5, 7), torch.randn(7), torch.randn(7, 1)],
    torch.randn(4, 5),
)

case("conv2d", lambda x, w: F.conv2d(x, w, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), torch.randn(2, 4, 6, 7), torch.randn(6, 2, 3, 2))
case("conv_transpose2d", lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1, groups=2), torch.randn(2, 4, 3, 4), torch.randn(4, 3, 3, 3))
case("max_pool2d", lambda x: F.max_pool2d(x, 3, stride=2, padding=1), torch.randn(2, 3, 6, 7))
case("avg_pool2d", lambda x: F.avg_pool2d(x, 2, stride=2), torch.randn(2, 3, 6, 7))
case("bilinear", lambda x: F.interpolate(x, size=(7, 5), mode="bilinear", align_corners=False), torch.randn(1, 2, 4, 6))
case("layer_norm", lambda x, w, b: F.layer_norm(x, (4, 5), w, b, eps=1e-5), torch.randn(3, 4, 5), torch.randn(4, 5), torch.randn(4, 5))
case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True, eps=1e-5), torch.randn(4, 3, 2, 5), torch.randn(3), torch.randn(3))
case("instance_norm", lambda x: F.instance_norm(x, eps=1e-5), torch.randn(2, 3, 4, 5))
case("logsumexp", lambda x: torch.logsumexp(x, (0, 2)), 3 * torch.randn(3, 4, 5))
case("softmax", lambda x: torch.softmax(x, 1), 3 * torch.randn(3, 6))
case("log_softmax", lambda x: torch.log_softmax(x, 1), 3 * torch.randn(3, 6))
case("variance", lambda x: torch.var(x, 1, unbiased=True), torch.randn(3, 6))
case("cumsum", lambda x: torch.cumsum(x * x, 1), torch.randn(3, 6))
case("bce_with_logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"), 3 * torch.randn(3, 6), torch.rand(3, 6))
grid = torch.linspace(-3.0, 3.0, 24)
for name, f in {
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": lambda x: F.elu(x, 1.3),
    "softplus": F.softplus,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "erf": torch.erf,
}.items():
    case(name, f, grid)
case("matmul", torch.matmul, torch.randn(2, 1, 3, 4), torch.randn(5, 4, 2))

cell = torch.nn.GRUCell(3, 4)
case("gru_cell", lambda x, h, *p: torch.func.functional_call(cell, dict(zip(NAMES, p)), (x, h)), torch.randn(5, 3), torch.randn(5, 4), *(torch.randn_like(p) for p in (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)))
lstm = torch.nn.LSTMCell(3, 4)
case("lstm_cell", lambda x, h, c, *p: torch.cat(torch.func.functional_call(lstm, dict(zip(NAMES, p)), (x, (h, c))), 1), torch.randn(5, 3), torch.randn(5, 4), torch.randn(5, 4), *(torch.randn_like(p) for p in (lstm.weight_ih, lstm.weight_hh, lstm.bias_ih, lstm.bias_hh)))
def recurrent(module, x, states, p):
    return torch.func.functional_call(module, {f"{name}_l0": a for name, a in zip(NAMES, p)}, (x, states))[0]


# The argument is M, so that perturbations of M M' + I stay symmetric.
spd = lambda m: m @ m.mT + torch.eye(4)
case("cholesky", lambda m: torch.linalg.cholesky(spd(m)), torch.randn(2, 4, 4))
case("log_determinant", lambda m: torch.logdet(spd(m)), torch.randn(2, 4, 4))
case("linear", lambda x, w, b: F.leaky_relu(F.linear(x, w, b), 0.2), torch.randn(5, 3), torch.randn(4, 3), torch.randn(4))
case("gru", lambda x, h, *p: recurrent(torch.nn.GRU(3, 4), x, h[None], p), torch.randn(6, 5, 3), torch.randn(5, 4), torch.randn(12, 3), torch.randn(12, 4), torch.randn(12), torch.randn(12))
case("lstm", lambda x, h, c, *p: recurrent(torch.nn.LSTM(3, 4), x, (h[None], c[None]), p), torch.randn(6, 5, 3), torch.randn(5, 4), torch.randn(5, 4), torch.randn(16, 3), torch.randn(16, 4), torch.randn(16), torch.randn(16))

path = pathlib.Path(__file__).with_name("torch.json")
path.write_text(json.dumps({"torch": torch.__version__, "cases": CASES}, separators=(",", ":")))
print(path, path.stat().st_size, "bytes", len(CASES), "cases")
