"""Make a model at the first visit and save it; load it at the next."""

import numpy as np

import pyio

if await pyio.exists("indexeddb://my-model"):
    model = await pyio.load_layers_model("indexeddb://my-model")
else:
    hidden = pyio.layers.Dense(8, activation="relu", input_shape=[4])
    model = pyio.Sequential([hidden, pyio.layers.Dense(3, activation="softmax")])
    await model.save("localstorage://my-model")
    await model.save("indexeddb://my-model")
    await model.save("downloads://my-model")
print(list(await pyio.list_models()))
print(model.predict(np.ones((1, 4), np.float32)))
