"""Folders in the layout of Hugging Face: a tiny BERT, and a tokenizer that is trained on a few sentences."""

import json

import numpy as np
from safetensors.numpy import save_file
from tokenizers import BertWordPieceTokenizer

TEXTS = [
    "The café's naïve résumé cost £5, not $6 (½ of 12)!",
    "Die Straße führt über die Brücke; „größer“, SCHÖNER… und teuer™.",
    "今天天气很好，我们去公园。",
    "오늘은 날씨가 좋다. 한국어 문장",
    "Компания сообщила о лучших результатах, чем ожидалось",
    "Η ΟΔΟΣ ΕΙΝΑΙ ΜΑΚΡΙΑ",
    "soft\u00adhyphen, no\u00a0break, İstanbul",
]


def save(folder, kind, tokenizer=None, **config):
    """Saves config.json, and tokenizer.json where there is one."""
    (folder / "config.json").write_text(json.dumps({"model_type": kind, **config}))
    if tokenizer is not None:
        tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def save_bert(folder, vocabulary, layers=2, *, fresh=False):
    """Saves a BERT of width 8 as Hugging Face names its parts: with any weights, or as a training starts."""
    block = {f"attention.self.{name}": (8, 8) for name in ("query", "key", "value")}
    block |= {"attention.output.dense": (8, 8), "intermediate.dense": (16, 8), "output.dense": (8, 16)}
    dense = {f"encoder.layer.{n}.{name}": shape for n in range(layers) for name, shape in block.items()}
    dense["pooler.dense"] = (8, 8)
    norms = [f"encoder.layer.{n}.{name}.LayerNorm" for n in range(layers) for name in ("attention.output", "output")]
    shapes = {f"{name}.weight": shape for name, shape in dense.items()}
    shapes |= {f"{name}.bias": shape[:1] for name, shape in dense.items()}
    shapes |= {f"{name}.{part}": (8,) for name in [*norms, "embeddings.LayerNorm"] for part in ("weight", "bias")}
    sizes = {"word": vocabulary, "position": 32, "token_type": 2}
    shapes |= {f"embeddings.{name}_embeddings.weight": (size, 8) for name, size in sizes.items()}
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    for name in weights if fresh else ():
        weights[name] *= 0.0 if "LayerNorm" in name or name.endswith("bias") else 0.02
        weights[name] += name.endswith("LayerNorm.weight")
    save_file(weights, str(folder / "model.safetensors"))
    return save(folder, "bert", vocab_size=vocabulary, hidden_size=8, num_hidden_layers=layers, num_attention_heads=2,
                intermediate_size=16, max_position_embeddings=32, type_vocab_size=2, hidden_act="gelu")  # fmt: skip


def word_pieces(**settings):
    trained = BertWordPieceTokenizer(**settings)
    trained.train_from_iterator(TEXTS * 3, vocab_size=400, min_frequency=1, show_progress=False)
    return BertWordPieceTokenizer(trained.get_vocab(), **settings)  # which puts [CLS] and [SEP] around a text
