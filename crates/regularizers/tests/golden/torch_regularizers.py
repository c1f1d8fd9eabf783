"""Regularisers computed by PyTorch in double precision.

    python torch_regularizers.py          # writes torch.json beside this file

Each case is a flat table of arrays {"shape": [...], "data": [...]}. Gradients of penalties with respect to parameters
are second-order derivatives of the networks. Interpolation weights are given as points: what is drawn is not compared.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

torch.set_default_dtype(torch.float64)
torch.manual_seed(2026)
CASES = {}


def table(**arrays):
    def one(a):
        a = torch.as_tensor(a).detach()
        return {"shape": list(a.shape), "data": a.reshape(-1).tolist()}

    return {name: one(a) for name, a in arrays.items()}


def numbered(prefix, arrays):
    return {f"{prefix}_{k}": a for k, a in enumerate(arrays)}


leaky = lambda x: F.leaky_relu(x, 0.2)


def mlp(x, w1, b1, w2, b2, w3):
    return F.linear(leaky(F.linear(leaky(F.linear(x, w1, b1)), w2, b2)), w3)


def conv(x, w1, b1, w2, b2, w3):
    h = leaky(F.conv2d(x, w1, b1, stride=2, padding=1))
    h = leaky(F.conv2d(h, w2, b2, stride=2, padding=1))
    return F.linear(h.flatten(1), w3)


NETWORKS = {
    "mlp": (mlp, [(7, 5), (7,), (6, 7), (6,), (1, 6)], (4, 5)),
    "conv": (conv, [(3, 2, 3, 3), (3,), (4, 3, 3, 3), (4,), (1, 16)], (3, 2, 8, 8)),
}


def gradient_penalties():
    def gradients(critic, x, parameters):
        x = x.clone().requires_grad_()
        (g,) = torch.autograd.grad(critic(x, *parameters).sum(), x, create_graph=True)
        return g.flatten(1)

    penalties = {
        "wgan_gp": lambda g: 10 * ((g.norm(2, 1) - 1) ** 2).mean(),
        "wgan_lp": lambda g: 10 * (F.relu(g.norm(2, 1) - 1) ** 2).mean(),
        "r1": lambda g: 5.0 * g.square().sum(1).mean(),
    }
    for network, (critic, shapes, size) in NETWORKS.items():
        scale = 0.9 if network == "mlp" else 0.45
        parameters = [(scale * torch.randn(s)).requires_grad_() for s in shapes]
        real, fake, a = torch.randn(size), torch.randn(size), torch.rand(size[0], *[1] * (len(size) - 1))
        x = a * real + (1 - a) * fake
        for name, penalty in penalties.items():
            g = gradients(critic, x, parameters)
            loss = penalty(g)
            grads = torch.autograd.grad(loss, parameters, allow_unused=True)
            grads = [torch.zeros_like(p) if d is None else d for p, d in zip(parameters, grads)]
            arrays = {"x": x, "loss": loss, "mean_norm": g.norm(2, 1).mean()}
            arrays |= numbered("parameter", parameters) | numbered("gradient", grads)
            CASES[f"{network}_{name}"] = table(**arrays)


def jacobian():
    """lambda / 2 mean ||J||_F^2 with lambda = 0.3, and its gradients."""
    shapes = [(7, 5), (7,), (3, 7)]
    parameters = [(0.7 * torch.randn(s)).requires_grad_() for s in shapes]
    f = lambda x, w1, b1, w2: torch.tanh(F.linear(torch.sigmoid(F.linear(x, w1, b1)), w2))
    x = torch.randn(4, 5)
    one = lambda row: torch.autograd.functional.jacobian(lambda r: f(r, *parameters), row, create_graph=True)
    loss = 0.15 * torch.stack([one(row).square().sum() for row in x]).mean()
    grads = torch.autograd.grad(loss, parameters)
    arrays = {"x": x, "loss": loss} | numbered("parameter", parameters) | numbered("gradient", grads)
    CASES["jacobian"] = table(**arrays)


def spectral(name, layer, x):
    """Five steps of SGD on mean(y^2) + mean(y) with the weight normalised."""
    layer = spectral_norm(layer)
    norm = layer.parametrizations.weight[0]
    original = layer.parametrizations.weight.original
    arrays = {"x": x, "original": original, "u": norm._u, "v": norm._v}
    if layer.bias is not None:
        arrays["bias"] = layer.bias
    arrays = {key: a.detach().clone() for key, a in arrays.items()}
    for step in range(5):
        layer.zero_grad()
        y = layer(x)
        loss = y.square().mean() + y.mean()
        loss.backward()
        sigma = torch.vdot(norm._u, torch.mv(norm._reshape_weight_to_matrix(original), norm._v))
        arrays |= {f"u_{step}": norm._u.clone(), f"v_{step}": norm._v.clone(), f"sigma_{step}": sigma.detach(),
                   f"loss_{step}": loss.detach(), f"gradient_{step}": original.grad.clone()}
        with torch.no_grad():
            for p in layer.parameters():
                p -= 0.5 * p.grad
    layer.eval()
    arrays |= {"original_5": original, "evaluated": layer(x)}
    CASES[name] = table(**arrays)


def conditional_batch_norm():
    """One step of training with per-class scales and shifts, then evaluation."""
    classes = torch.tensor([2, 0, 2, 1, 0, 2])
    for name, norm, size in [
        ("class_batch_norm", torch.nn.BatchNorm1d(3, affine=False), (6, 3)),
        ("class_batch_norm_2d", torch.nn.BatchNorm2d(3, affine=False), (6, 3, 2, 4)),
    ]:
        weight, bias = torch.randn(4, 3).requires_grad_(), torch.randn(4, 3).requires_grad_()
        x = (2 * torch.randn(size) + 1).requires_grad_()
        wide = (6, 3) + (1,) * (len(size) - 2)
        apply = lambda x: weight[classes].reshape(wide) * norm(x) + bias[classes].reshape(wide)
        y = apply(x)
        c = torch.randn_like(y)
        grads = torch.autograd.grad((c * y.square()).sum(), [x, weight, bias])
        norm.eval()
        CASES[name] = table(x=x, classes=classes.double(), weight=weight, bias=bias, cotangent=c, y=y, gradient_x=grads[0],
                            gradient_weight=grads[1], gradient_bias=grads[2], running_mean=norm.running_mean,
                            running_var=norm.running_var, evaluated=apply(x))


def network_batch_norm():
    """Scale 1 + g and shift b from a network of two layers."""
    norm = torch.nn.BatchNorm2d(3, affine=False)
    shapes = [(7, 5), (7,), (6, 7), (6,)]
    parameters = [(0.5 * torch.randn(s)).requires_grad_() for s in shapes]
    x, condition = torch.randn(4, 3, 2, 3).requires_grad_(), torch.randn(4, 5)
    w1, b1, w2, b2 = parameters
    out = F.linear(torch.relu(F.linear(condition, w1, b1)), w2, b2)
    y = norm(x) * (1 + out[:, :3, None, None]) + out[:, 3:, None, None]
    c = torch.randn_like(y)
    grads = torch.autograd.grad((c * y).sum(), [x, *parameters])
    CASES["network_batch_norm"] = table(x=x, condition=condition, y=y, cotangent=c, gradient_x=grads[0],
                                        **numbered("parameter", parameters), **numbered("gradient", grads[1:]))


def penalties():
    """Penalties as they are written in PyTorch programs."""
    w = torch.randn(4, 3, 2, 2).requires_grad_()
    flat = w.flatten(1)
    orthogonality = torch.linalg.matrix_norm(flat @ flat.T - torch.eye(4)) ** 2
    off_diagonal = ((flat @ flat.T) * (1 - torch.eye(4))).square().sum()
    group = (flat.norm(2, 1) * flat.shape[1] ** 0.5).sum()
    gradient = lambda loss: torch.autograd.grad(0.7 * loss, w, retain_graph=True)[0]
    CASES["orthogonality"] = table(w=w, loss=0.7 * orthogonality, gradient=gradient(orthogonality))
    CASES["off_diagonal_orthogonality"] = table(w=w, loss=0.7 * off_diagonal, gradient=gradient(off_diagonal))
    CASES["group_lasso"] = table(w=w, loss=0.7 * group, gradient=gradient(group))
    mu, log_var = torch.randn(5, 4).requires_grad_(), torch.randn(5, 4).requires_grad_()
    moment = 0.7 * ((mu**2 + log_var.exp() - 1) ** 2).mean() / 2
    grads = torch.autograd.grad(moment, [mu, log_var])
    CASES["latent_moment"] = table(mu=mu, log_var=log_var, loss=moment, gradient_mu=grads[0], gradient_log_var=grads[1])


gradient_penalties()
jacobian()
spectral("spectral_linear", torch.nn.Linear(6, 4), torch.randn(5, 6))
spectral("spectral_conv", torch.nn.Conv2d(2, 3, 3, padding=1), torch.randn(2, 2, 5, 5))
spectral("spectral_conv_transpose", torch.nn.ConvTranspose2d(3, 2, 3, stride=2), torch.randn(2, 3, 3, 3))
conditional_batch_norm()
network_batch_norm()
penalties()
path = pathlib.Path(__file__).with_name("torch.json")
path.write_text(json.dumps({"torch": torch.__version__, "cases": CASES}, separators=(",", ":")) + "\n")
print(f"{path}: {len(CASES)} cases, {path.stat().st_size} bytes")
