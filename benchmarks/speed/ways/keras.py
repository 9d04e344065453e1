"""The plain Keras recipe, as the TensorFlow guides have it: the whole network in every epoch, one fixed padding."""

import keras
import keras_hub
import numpy as np

from benchmarks.speed.task import Clock, Task, given


def main() -> None:
    task = given()
    keras.utils.set_random_seed(task.seed)
    rows = task.rows()
    longest = max(len(one) for ids, _ in rows.values() for one in ids)  # kinder than the guides' 128
    padded = {name: _padded(ids, longest) for name, (ids, _) in rows.items()}
    network, clock = _network(task, steps=task.epochs * -(-len(rows["train"][0]) // task.batch_size)), Clock(task)
    network.fit(
        padded["train"],
        rows["train"][1],
        validation_data=(padded["validation"], rows["validation"][1]),
        batch_size=task.batch_size,
        epochs=task.epochs,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: clock.begin(), on_epoch_end=lambda epoch, logs: clock.end()
            )
        ],
    )
    predicted = network.predict(padded["test"], batch_size=64, verbose=0).argmax(axis=1)
    clock.report(float((predicted == rows["test"][1]).mean()))


def _padded(ids: list[np.ndarray], longest: int) -> dict[str, np.ndarray]:
    mask = np.array([np.arange(longest) < len(one) for one in ids])
    tokens = np.zeros(mask.shape, np.int32)
    tokens[mask] = np.concatenate(ids)
    return {"token_ids": tokens, "padding_mask": mask.astype(np.int32), "segment_ids": np.zeros_like(tokens)}


def _network(task: Task, steps: int) -> keras.Model:
    encoder = keras_hub.models.Backbone.from_preset(task.encoder)
    for layer in encoder.layers if task.freeze > 0 else []:
        layer.trainable = layer in encoder.transformer_layers[task.freeze :]
    pooled = keras.layers.GlobalAveragePooling1D()(
        encoder.output["sequence_output"], mask=encoder.input["padding_mask"]
    )
    logits = keras.layers.Dense(2, name="head")(keras.layers.Dropout(task.dropout)(pooled))
    network = keras.Model(encoder.input, logits)
    rates = [
        keras.optimizers.schedules.PolynomialDecay(peak, steps, 0.0)
        for peak in (task.learning_rate, task.head_learning_rate)
    ]
    encoders, head = (keras.optimizers.Adam(rate) for rate in rates)
    network.compile(
        keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(encoders, {r"head/.*": head})),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    return network


if __name__ == "__main__":
    main()
