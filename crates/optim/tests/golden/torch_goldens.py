"""Golden values of 100 steps of PyTorch's optimisers and of its schedules, for `tests/torch.rs`.

    python torch_goldens.py            # writes torch.json beside this file

Each case has the settings as `OptimizerSettings` reads them, and the parameters after some of the steps. The loss is a
polynomial, so that both sides compute its gradient with the same few operations. Needs torch.
"""
import json
import pathlib

import torch
from torch.optim import lr_scheduler

STEPS = 100
KEPT = [1, 2, 3, 10, 50, 100]
SHAPES = {"encoder.weight": (3, 4), "encoder.bias": (5,), "scale": ()}


def start(dtype):
    torch.manual_seed(1)
    parameters = {path: torch.randn(shape, dtype=torch.float64) for path, shape in SHAPES.items()}
    curvatures = {path: torch.rand(shape, dtype=torch.float64) + 0.2 for path, shape in SHAPES.items()}
    centres = {path: torch.randn(shape, dtype=torch.float64) for path, shape in SHAPES.items()}
    # The same numbers in both types.
    return tuple({path: t.float().to(dtype) for path, t in each.items()} for each in (parameters, curvatures, centres))


def gradient(p, a, c, n):
    """Of a quartic, with a wobble that keeps it from settling."""
    d = p.detach() - c
    return a * d + 0.125 * d * d * d + 0.25 * (n * 7 % 11 - 5)


def listed(parameters):
    return {path: p.detach().double().reshape(-1).tolist() for path, p in parameters.items()}


def run(make, *, scheduler=None, clip=None, dtype=torch.float64, average=None):
    """`make(named parameters)` is the optimiser."""
    values, curvatures, centres = start(dtype)
    parameters = {path: p.clone().requires_grad_() for path, p in values.items()}
    optimizer = make(parameters)
    schedule = scheduler(optimizer) if scheduler else None
    norms, after, averages = [], {}, {}
    module = torch.nn.ParameterList(parameters.values())
    averaged = None
    if average is not None:
        # Its first update is a copy; ours begins with the parameters as they are.
        averaged = torch.optim.swa_utils.AveragedModel(
            module, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(average))
        averaged.update_parameters(module)
    for n in range(STEPS):
        for path, p in parameters.items():
            p.grad = gradient(p, curvatures[path], centres[path], n)
        if clip and "global_norm" in clip:
            norms.append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), clip["global_norm"])))
        if clip and "value" in clip:
            torch.nn.utils.clip_grad_value_(parameters.values(), clip["value"])
        optimizer.step()
        if schedule:
            schedule.step()
        if averaged:
            averaged.update_parameters(module)
        if n + 1 in KEPT:
            after[str(n + 1)] = listed(parameters)
            if averaged:
                averages[str(n + 1)] = listed(dict(zip(parameters, averaged.module)))
    return {"after": after, "norms": norms, "averages": averages}


def first_order():
    o = torch.optim
    coupled, decoupled = {"coupled": 0.05}, {"decoupled": 0.05}
    table = [
        # name, our settings, PyTorch's class and settings
        ("sgd", {"sgd": {"learning_rate": 0.05}}, o.SGD, dict(lr=0.05)),
        ("sgd coupled", {"sgd": {"learning_rate": 0.05, "weight_decay": coupled}}, o.SGD,
         dict(lr=0.05, weight_decay=0.05)),
        ("sgd momentum", {"sgd": {"learning_rate": 0.05, "momentum": 0.9}}, o.SGD, dict(lr=0.05, momentum=0.9)),
        ("sgd dampening", {"sgd": {"learning_rate": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": coupled}},
         o.SGD, dict(lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.05)),
        ("sgd nesterov", {"sgd": {"learning_rate": 0.03, "momentum": 0.8, "nesterov": True, "weight_decay": coupled}},
         o.SGD, dict(lr=0.03, momentum=0.8, nesterov=True, weight_decay=0.05)),
        ("rms_prop", {"rms_prop": {"learning_rate": 0.01, "alpha": 0.95}}, o.RMSprop, dict(lr=0.01, alpha=0.95)),
        ("rms_prop coupled", {"rms_prop": {"learning_rate": 0.01, "weight_decay": coupled}}, o.RMSprop,
         dict(lr=0.01, weight_decay=0.05)),
        ("rms_prop momentum", {"rms_prop": {"learning_rate": 0.01, "momentum": 0.7}}, o.RMSprop,
         dict(lr=0.01, momentum=0.7)),
        ("rms_prop centred", {"rms_prop": {"learning_rate": 0.01, "alpha": 0.9, "centered": True, "epsilon": 1e-3}},
         o.RMSprop, dict(lr=0.01, alpha=0.9, centered=True, eps=1e-3)),
        ("rms_prop centred momentum",
         {"rms_prop": {"learning_rate": 0.003, "momentum": 0.7, "centered": True, "epsilon": 1e-3,
                       "weight_decay": coupled}},
         o.RMSprop, dict(lr=0.003, momentum=0.7, centered=True, eps=1e-3, weight_decay=0.05)),
        ("adam", {"adam": {"learning_rate": 0.02}}, o.Adam, dict(lr=0.02)),
        ("adam coupled", {"adam": {"learning_rate": 0.02, "betas": [0.8, 0.95], "epsilon": 1e-6,
                                   "weight_decay": coupled}},
         o.Adam, dict(lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05)),
        ("adam amsgrad", {"adam": {"learning_rate": 0.02, "betas": [0.9, 0.9], "amsgrad": True}}, o.Adam,
         dict(lr=0.02, betas=(0.9, 0.9), amsgrad=True)),
        ("adam decoupled", {"adam": {"learning_rate": 0.02, "weight_decay": decoupled}}, o.AdamW,
         dict(lr=0.02, weight_decay=0.05)),
        ("adam_w", {"adam_w": {}}, o.AdamW, dict()),
        ("adam_w amsgrad", {"adam_w": {"learning_rate": 0.02, "weight_decay": 0.3, "amsgrad": True}}, o.AdamW,
         dict(lr=0.02, weight_decay=0.3, amsgrad=True)),
        ("adagrad", {"adagrad": {"learning_rate": 0.1}}, o.Adagrad, dict(lr=0.1)),
        ("adagrad decay", {"adagrad": {"learning_rate": 0.1, "learning_rate_decay": 0.01, "initial_accumulator": 0.5,
                                       "epsilon": 1e-6, "weight_decay": coupled}},
         o.Adagrad, dict(lr=0.1, lr_decay=0.01, initial_accumulator_value=0.5, eps=1e-6, weight_decay=0.05)),
    ]
    for name, settings, kind, arguments in table:
        make = lambda p, kind=kind, arguments=arguments: kind(list(p.values()), **arguments)
        yield {"name": name, "settings": settings, **run(make)}
        yield {"name": f"{name} f32", "settings": settings, "f32": True, **run(make, dtype=torch.float32)}
    adam = {"adam": {"learning_rate": 0.05}}

    def make_adam(p):
        return o.Adam(list(p.values()), lr=0.05)

    for clip in ({"value": 0.5}, {"global_norm": 1.5}):
        yield {"name": f"clip {next(iter(clip))}", "settings": adam, "clip": clip, **run(make_adam, clip=clip)}
    yield {"name": "average", "settings": adam, "average": 0.9, **run(make_adam, average=0.9)}
    yield {
        "name": "groups",
        "settings": {"adam_w": {"learning_rate": 0.05, "weight_decay": 0.1}},
        "group": {"path": "encoder.bias", "settings": {"learning_rate": 0.01, "weight_decay": 0.0, "betas": [0.5, 0.9]}},
        **run(lambda p: o.AdamW([
            {"params": [p["encoder.weight"], p["scale"]]},
            {"params": [p["encoder.bias"]], "lr": 0.01, "weight_decay": 0.0, "betas": (0.5, 0.9)},
        ], lr=0.05, weight_decay=0.1)),
    }
    sgd = {"sgd": {"learning_rate": 0.05, "momentum": 0.5}}
    yield {
        "name": "scheduled", "settings": sgd, "schedule": {"cosine": {"steps": 100, "end": 0.1}},
        **run(lambda p: o.SGD(list(p.values()), lr=0.05, momentum=0.5),
              scheduler=lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 100, eta_min=0.005)),
    }


def schedules():
    lr = 0.25
    table = [
        ({"step": {"every": 7, "factor": 0.5}}, lambda o: lr_scheduler.StepLR(o, 7, 0.5)),
        ({"multi_step": {"milestones": [50, 20, 21, 20], "factor": 0.3}},
         lambda o: lr_scheduler.MultiStepLR(o, [20, 20, 21, 50], 0.3)),
        ({"exponential": {"factor": 0.97}}, lambda o: lr_scheduler.ExponentialLR(o, 0.97)),
        ({"cosine": {"steps": 99, "end": 0.2}}, lambda o: lr_scheduler.CosineAnnealingLR(o, 99, 0.2 * lr)),
        ({"linear_warm_up": {"steps": 30, "start": 0.05}}, lambda o: lr_scheduler.LinearLR(o, 0.05, 1.0, 30)),
        ({"one_cycle": {"steps": 100, "rise": 0.3, "start_divisor": 25.0, "end_divisor": 1e4}},
         lambda o: lr_scheduler.OneCycleLR(o, lr, total_steps=100, cycle_momentum=False)),
        ({"one_cycle": {"steps": 120, "rise": 0.17, "start_divisor": 10.0, "end_divisor": 100.0}},
         lambda o: lr_scheduler.OneCycleLR(o, lr, total_steps=120, pct_start=0.17, div_factor=10.0,
                                           final_div_factor=100.0, cycle_momentum=False)),
        ({"sequence": {"parts": [[10, {"linear_warm_up": {"steps": 10, "start": 0.1}}],
                                 [40, {"exponential": {"factor": 0.9}}]],
                       "then": {"step": {"every": 20, "factor": 0.1}}}},
         lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o, 0.1, 1.0, 10),
                                                 lr_scheduler.ExponentialLR(o, 0.9),
                                                 lr_scheduler.StepLR(o, 20, 0.1)], [10, 50])),
        ({"product": [{"linear_warm_up": {"steps": 10, "start": 0.1}}, {"exponential": {"factor": 0.98}}]},
         lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.LinearLR(o, 0.1, 1.0, 10),
                                                  lr_scheduler.ExponentialLR(o, 0.98)])),
        ("constant", lambda o: lr_scheduler.ConstantLR(o, 1.0, 1)),
    ]
    for schedule, make in table:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
        scheduler = make(optimizer)
        factors = []
        for _ in range(STEPS):
            factors.append(optimizer.param_groups[0]["lr"] / lr)
            optimizer.step()
            scheduler.step()
        yield {"schedule": schedule, "factors": factors}


def lbfgs():
    """Rosenbrock's function of four variables in two tensors; a few steps of a few iterations each."""
    for name, ours, arguments in [
        ("wolfe", {"iterations": 7, "history": 5}, dict(max_iter=7, history_size=5, line_search_fn="strong_wolfe")),
        ("defaults", {}, dict(line_search_fn="strong_wolfe")),
        ("short", {"iterations": 4, "evaluations": 6, "history": 2},
         dict(max_iter=4, max_eval=6, history_size=2, line_search_fn="strong_wolfe")),
        ("fixed", {"learning_rate": 0.002, "iterations": 5, "history": 3, "line_search": "none"},
         dict(lr=0.002, max_iter=5, history_size=3)),
    ]:
        x = torch.tensor([-1.2, 1.0, 0.5], dtype=torch.float64, requires_grad=True)
        y = torch.tensor([-0.8], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([x, y], **arguments)
        evaluations = 0

        def closure():
            nonlocal evaluations
            evaluations += 1
            optimizer.zero_grad()
            p = torch.cat([x, y])
            loss = (100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2).sum()
            loss.backward()
            return loss

        steps = []
        for _ in range(8):
            loss = float(optimizer.step(closure))
            steps.append({"loss": loss, "parameters": x.tolist() + y.tolist(), "evaluations": evaluations})
        yield {"name": name, "settings": ours, "steps": steps}


def main():
    values, curvatures, centres = start(torch.float64)
    golden = {
        "torch": torch.__version__,
        "start": listed(values), "curvatures": listed(curvatures), "centres": listed(centres),
        "first_order": list(first_order()), "schedules": list(schedules()), "lbfgs": list(lbfgs()),
    }
    pathlib.Path(__file__).with_name("torch.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
