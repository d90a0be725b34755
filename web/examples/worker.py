"""Make a model at the first visit, train it and save it; load it at the next."""

import numpy as np

import pyio

if await pyio.exists("indexeddb://my-model"):
    model = await pyio.load_layers_model("indexeddb://my-model")
else:
    # Which of the first three numbers is the largest?
    x = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    y = np.eye(3, dtype=np.float32)[x[:, :3].argmax(axis=1)]
    hidden = pyio.layers.Dense(8, activation="relu", input_shape=[4])
    model = pyio.Sequential([hidden, pyio.layers.Dense(3, activation="softmax")])
    model.compile(pyio.optimizers.adam(0.02), "categorical_crossentropy", ["accuracy"])
    print(await model.fit(x, y, epochs=10, batch_size=20))
    await model.save("localstorage://my-model")
    await model.save("indexeddb://my-model", include_optimizer=True)
    await model.save("downloads://my-model")
print(list(await pyio.list_models()))
print(model.predict(np.ones((1, 4), np.float32)))
