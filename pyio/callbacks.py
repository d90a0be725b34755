"""What `LayersModel.fit` calls between its steps, and the history that it returns.

::

    stop = pyio.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    keep = pyio.callbacks.Checkpoint("indexeddb://digits-{epoch}", keep=2)
    history = await model.fit(x, y, epochs=50, validation_split=0.1, callbacks=[stop, keep])
"""

from __future__ import annotations

from pyio.models.training.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    LearningRateSchedule,
)
from pyio.models.training.history import History

__all__ = ["Callback", "Checkpoint", "EarlyStopping", "History", "LearningRateSchedule"]
