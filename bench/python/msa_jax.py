"""One training step of the MOSI-size model in JAX, compiled by jit.

Architecture and hyper-parameters as in msa_torch.py; parameters are plain
dictionaries and Adam is written out, so that nothing but JAX is needed.
"""

import argparse
import math

import jax
import jax.numpy as jnp

from worker import serve

WIDTH, HEADS, LAYERS, RHO, LAMBDA = 40, 5, 5, 1.3, 0.2
RATES = {"attention": 0.15, "relu": 0.15, "embedding": 0.2, "residual": 0.1, "out": 0.1}


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--method", choices=["joint", "cggm"], default="joint")
    p.add_argument("--dropout", type=int, choices=[0, 1], default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--tokens", type=int, default=50)
    p.add_argument("--modalities", type=int, default=3)
    return p.parse_args()


class Keys:
    """Hands out keys of random numbers, one per use."""

    def __init__(self, key):
        self.key, self.used = key, 0

    def next(self):
        self.used += 1
        return jax.random.fold_in(self.key, self.used)


def linear(keys, inputs, outputs):
    bound = math.sqrt(6 / (inputs + outputs))
    return {"w": jax.random.uniform(keys.next(), (inputs, outputs), minval=-bound, maxval=bound), "b": jnp.zeros(outputs)}


def norm():
    return {"gain": jnp.ones(WIDTH), "bias": jnp.zeros(WIDTH)}


def stack(keys, layers):
    def block():
        return {
            "in": linear(keys, WIDTH, 3 * WIDTH), "out": linear(keys, WIDTH, WIDTH),
            "fc1": linear(keys, WIDTH, 4 * WIDTH), "fc2": linear(keys, 4 * WIDTH, WIDTH),
            "norm1": norm(), "norm2": norm(),
        }
    return {"blocks": [block() for _ in range(layers)], "norm": norm()}


def model(keys, dims):
    return {
        "stems": [linear(keys, d, WIDTH) for d in dims],
        "encoders": [stack(keys, LAYERS) for _ in dims],
        "fusion": stack(keys, LAYERS - 2),
        "proj1": linear(keys, WIDTH, WIDTH), "proj2": linear(keys, WIDTH, WIDTH), "head": linear(keys, WIDTH, 1),
    }


def classifier(keys):
    return {"stack": stack(keys, 2), "proj": linear(keys, WIDTH, WIDTH), "head": linear(keys, WIDTH, 1)}


def apply(p, x):
    return x @ p["w"] + p["b"]


def normalise(p, x):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(var + 1e-5) * p["gain"] + p["bias"]


def dropout(keys, x, kind):
    if keys is None:
        return x
    rate = RATES[kind]
    return jnp.where(jax.random.bernoulli(keys.next(), 1 - rate, x.shape), x / (1 - rate), 0)


def positions(tokens):
    half = WIDTH // 2
    rate = jnp.exp(jnp.arange(half) * -(math.log(10000.0) / (half - 1)))
    angle = jnp.arange(1, tokens + 1)[:, None] * rate[None]
    return jnp.concatenate([jnp.sin(angle), jnp.cos(angle)], axis=1)


def encode(p, x, keys):
    b, t, _ = x.shape
    x = dropout(keys, math.sqrt(WIDTH) * x + positions(t), "embedding")
    for block in p["blocks"]:
        q, k, v = jnp.moveaxis(apply(block["in"], normalise(block["norm1"], x)).reshape(b, t, 3, HEADS, -1), 2, 0)
        scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(WIDTH // HEADS)
        weights = dropout(keys, jax.nn.softmax(scores), "attention")
        y = apply(block["out"], jnp.einsum("bhqk,bkhd->bqhd", weights, v).reshape(b, t, WIDTH))
        x = x + dropout(keys, y, "residual")
        h = dropout(keys, jax.nn.relu(apply(block["fc1"], normalise(block["norm2"], x))), "relu")
        x = x + dropout(keys, apply(block["fc2"], h), "residual")
    return normalise(p["norm"], x)


def forward(p, xs, keys):
    hs = [encode(e, apply(s, x), keys) for s, e, x in zip(p["stems"], p["encoders"], xs)]
    r = encode(p["fusion"], jnp.concatenate(hs, axis=1), keys)[:, 0]
    r = r + apply(p["proj2"], dropout(keys, jax.nn.relu(apply(p["proj1"], r)), "out"))
    return apply(p["head"], r), r, hs


def classify(p, h, keys):
    r = encode(p["stack"], h, keys)[:, 0]
    r = jax.nn.relu(apply(p["proj"], apply(p["proj"], r)))
    return apply(p["head"], r), r


def l1(pred, y):
    return jnp.abs(pred - y).mean()


def head_gradient(pred, y, r):
    return jnp.sign(pred - y).T @ r / pred.size


def cosine(a, b):
    return (a * b).sum() / jnp.maximum(jnp.linalg.norm(a) * jnp.linalg.norm(b), 1e-8)


def adam(params, grads, slots, count, rate):
    m, v = slots
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
    v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
    c1, c2 = 1 - 0.9**count, 1 - 0.999**count
    params = jax.tree.map(lambda p, a, b: p - rate * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), params, m, v)
    return params, (m, v)


def clip(grads, limit):
    total = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(grads)))
    scale = jnp.minimum(1, limit / (total + 1e-6))
    return jax.tree.map(lambda g: g * scale, grads)


def size(tree):
    return sum(p.size for p in jax.tree.leaves(tree))


def build(a):
    init = Keys(jax.random.key(1))
    dims = [(300, 5, 20)[i % 3] for i in range(a.modalities)]
    xs = [jax.random.normal(init.next(), (a.batch, a.tokens, d)) for d in dims]
    y = jax.random.uniform(init.next(), (a.batch, 1), minval=-3, maxval=3)
    main = model(init, dims)
    side = [classifier(init) for _ in dims if a.method == "cggm"]
    zeros = lambda tree: (jax.tree.map(jnp.zeros_like, tree), jax.tree.map(jnp.zeros_like, tree))
    state = {"main": main, "slots": zeros(main), "side": side, "side_slots": zeros(side),
             "eps": jnp.zeros(len(dims)), "count": jnp.zeros(()), "loss": jnp.zeros(())}

    def update(state, key, xs, y):
        keys = lambda i: Keys(jax.random.fold_in(key, i)) if a.dropout else None
        coefficients, eps, side_grads = None, state["eps"], []

        def classifiers(side, hs):
            outs = [classify(p, h, keys(i + 1)) for i, (p, h) in enumerate(zip(side, hs))]
            return sum(l1(o, y) for o, _ in outs), outs

        def objective(main):
            pred, r, hs = forward(main, xs, keys(0))
            loss = l1(pred, y)
            if a.method == "joint":
                return loss, None
            detached = [jax.lax.stop_gradient(h) for h in hs]
            grads, outs = jax.grad(classifiers, has_aux=True)(jax.lax.stop_gradient(state["side"]), detached)
            eps = jnp.stack([((o > 0) == (y > 0)).mean() for o, _ in outs])
            d = eps - state["eps"]
            total, m = d.sum(), len(dims)
            small = jnp.abs(total) <= 1e-6
            b = jnp.where(small, RHO * (m - 1) / m, RHO * (total - d) / jnp.where(small, 1, total))
            ours = head_gradient(pred, y, r)
            cos = jnp.stack([cosine(jax.lax.stop_gradient(head_gradient(o, y, q)), ours) for o, q in outs])
            b = jax.lax.stop_gradient(b)
            return loss + LAMBDA * (jnp.abs(b) - b * cos).mean(), (b, eps, jax.lax.stop_gradient(grads))

        (loss, extra), grads = jax.value_and_grad(objective, has_aux=True)(state["main"])
        count = state["count"] + 1
        side, side_slots = state["side"], state["side_slots"]
        if extra is not None:
            coefficients, eps, side_grads = extra
            grads["encoders"] = [jax.tree.map(lambda g: g * c, e) for e, c in zip(grads["encoders"], coefficients)]
            side, side_slots = adam(side, side_grads, side_slots, count, 5e-4)
        main, slots = adam(state["main"], clip(grads, 0.8), state["slots"], count, 1e-3)
        return {"main": main, "slots": slots, "side": side, "side_slots": side_slots,
                "eps": eps, "count": count, "loss": loss}

    compiled = jax.jit(update, donate_argnums=0)
    random = Keys(jax.random.key(2))

    def step():
        nonlocal state
        state = compiled(state, random.next(), xs, y)
        jax.block_until_ready(state)

    return step, size(main), size(side)


a = parse()
serve(lambda: build(a), f"JAX {jax.__version__}")
