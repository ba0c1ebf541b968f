"""Writes two small BERTs as Hugging Face saves them, one with float16 weights,
and their last hidden states.

Needs torch and transformers. Run in this folder: python generate.py
"""
import json
import os

import numpy as np
import torch
from transformers import BertConfig, BertModel

for name, half, act in [("small", False, "gelu"), ("half", True, "gelu_new")]:
    torch.manual_seed(1)
    config = BertConfig(vocab_size=37, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
                        max_position_embeddings=20, hidden_act=act, layer_norm_eps=1e-12)
    net = BertModel(config, add_pooling_layer=half).eval()
    with torch.no_grad():
        for k, p in net.named_parameters():
            p.normal_(0, .3)
            if k.endswith("LayerNorm.weight"):
                p.add_(1)
    if half:
        net = net.half()
    net.save_pretrained(name)
    net = net.float()
    rng = np.random.default_rng(1)
    texts = [rng.integers(0, 37, n).tolist() for n in (5, 20, 1, 13, 16, 17)]
    ids = torch.zeros(len(texts), 20, dtype=torch.long)
    mask = torch.zeros(len(texts), 20, dtype=torch.long)
    for i, t in enumerate(texts):
        ids[i, :len(t)] = torch.tensor(t)
        mask[i, :len(t)] = 1
    with torch.no_grad():
        out = net(ids, attention_mask=mask).last_hidden_state.numpy()
    states = [np.round(out[i, :len(t)].reshape(-1).astype(float), 6).tolist() for i, t in enumerate(texts)]
    padding = [np.round(out[i, len(t):].reshape(-1).astype(float), 6).tolist() for i, t in enumerate(texts)]
    json.dump({"ids": texts, "states": states, "padding": padding}, open(os.path.join(name, "expected.json"), "w"))
