#!/usr/bin/env bash
# keras-hub 0.32.0 with tensorflow-text 2.21.1 and sentencepiece 0.2.3, seen on 2026-11-29: one SentencePiece tokenizer gives
# other token ids inside a tf.function, and so in a SavedModel or a tf.data pipeline, than where it is called on a list. Outside
# of graphs keras-hub calls the sentencepiece package, inside tensorflow-text with a SentencePiece of its own, and where two
# segmentations have the same score but for rounding, as ". .." and ".. ." of "...", the two choose differently.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras-hub==0.32.0 keras==3.15.1 tensorflow==2.21.0 \
    tensorflow-text==2.21.1 sentencepiece==0.2.3
cat > ties.py <<'TIES'
import keras_hub
import tensorflow as tf
from sentencepiece.sentencepiece_model_pb2 import ModelProto

model = ModelProto()
kinds = ModelProto.SentencePiece
for name, kind in (("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)):
    model.pieces.add(piece=name, score=0.0, type=kind)
for name, score in (("\u2581", -2.0), ("a", -2.1), (".", -3.3), ("..", -4.7)):
    model.pieces.add(piece=name, score=score, type=kinds.NORMAL)
tokenizer = keras_hub.tokenizers.SentencePieceTokenizer(model.SerializeToString(), dtype="string")
print("called on a list:", list(tokenizer(["a..."])[0]))
print("in a tf.function:", [one.decode() for one in tf.function(tokenizer)(tf.constant(["a..."])).to_list()[0]])
TIES
KERAS_BACKEND=tensorflow venv/bin/python ties.py 2> /dev/null | tee output.txt
diff - output.txt <<'SEEN'
called on a list: ['▁', 'a', '.', '..']
in a tf.function: ['▁', 'a', '..', '.']
SEEN
