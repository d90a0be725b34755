"""Records of IndexedDB that are kept for a while although their model was moved away.

A move to a medium that the browser writes to disk later must not remove its source at once: a
browser that is killed before then would lose the model. So the two records of the source stay under
their name, where TensorFlow.js finds them, with the member `MARK`: the name of the move. A copy
under a name that nothing else uses outlives a later save under the source's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.browser.ffi import JSObject, js

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pyio.browser.indexed_db.database import Database

MARK = "pyioMoved"
"""The member of a record that names the move. TensorFlow.js skips it."""

_PREFIX = "pyio://moved/"
"""How the key of a copy begins; a name with "://" is refused when a model is saved."""


class KeptRecords:
    """The kept records of one database.

    Args:
        database: The database.
        models: Its store of models.
        infos: Its store of infos.
        key_path: The member of every record that is its key.
        info: The member of a model's record that its info's record has, too.
    """

    def __init__(
        self, database: Database, models: str, infos: str, key_path: str, info: str
    ) -> None:
        self._database = database
        self._models = models
        self._infos = infos
        self._key_path = key_path
        self._info = info

    async def keep(self, path: str, move: str, happened: Collection[str], what: str) -> None:
        """Mark the records of a model and make the copy.

        Nothing happens if there is no model, or if its mark says that it was moved away already:
        `happened` has the names of the moves that are done. Any other mark belongs to a move that
        was lost, and is removed with its copy.
        """

        def change(found: list[JSObject], store: Callable[[str], JSObject]) -> None:
            earlier = _mark(found[0])
            if found[0] is None or earlier in happened:
                return
            for record_js, name in zip(found, (self._models, self._infos), strict=True):
                if record_js is not None:
                    setattr(record_js, MARK, move)
                    store(name).put(record_js)
            if earlier is not None:
                store(self._models).delete(copy_key(path, earlier))
            setattr(found[0], self._key_path, copy_key(path, move))
            store(self._models).put(found[0])

        await self._database.alter([(self._models, path), (self._infos, path)], change, what)

    async def forget(self, path: str, move: str, what: str) -> None:
        """Remove the copy, and the records of the source if they are still those that were kept."""

        def change(found: list[JSObject], store: Callable[[str], JSObject]) -> None:
            for record_js, name in zip(found, (self._models, self._infos), strict=True):
                if _mark(record_js) == move:
                    store(name).delete(path)
            store(self._models).delete(copy_key(path, move))

        await self._database.alter([(self._models, path), (self._infos, path)], change, what)

    async def restore(self, path: str, move: str, free_name: str, what: str) -> None:
        """Make a kept model an ordinary one again, because its move has not happened.

        If another model has taken its name, it is restored as `free_name`.
        """
        copy = copy_key(path, move)

        def change(found: list[JSObject], store: Callable[[str], JSObject]) -> None:
            *records, copy_js = found
            store(self._models).delete(copy)
            if _mark(records[0]) == move:
                for record_js, name in zip(records, (self._models, self._infos), strict=True):
                    if _mark(record_js) == move:
                        js.Reflect.deleteProperty(record_js, MARK)
                        store(name).put(record_js)
            elif copy_js is not None:
                name = free_name if any(record is not None for record in records) else path
                self._put_copy(copy_js, name, store)

        wanted = [(self._models, path), (self._infos, path), (self._models, copy)]
        await self._database.alter(wanted, change, what)

    def _put_copy(self, copy_js: JSObject, name: str, store: Callable[[str], JSObject]) -> None:
        js.Reflect.deleteProperty(copy_js, MARK)
        setattr(copy_js, self._key_path, name)
        store(self._models).put(copy_js)
        info_js = js.Object.new()
        setattr(info_js, self._key_path, name)
        setattr(info_js, self._info, getattr(copy_js, self._info))
        store(self._infos).put(info_js)


def copy_key(path: str, move: str) -> str:
    """Return the key of the copy of a model's record."""
    return f"{_PREFIX}{move}/{path}"


def kept_copies(keys: set[str]) -> dict[str, str]:
    """Return move -> path of the models whose copies are among `keys`."""
    copies = [key.removeprefix(_PREFIX).partition("/") for key in keys if is_copy(key)]
    return {move: path for move, _, path in copies}


def is_copy(key: str) -> bool:
    """Whether a key is that of a copy."""
    return key.startswith(_PREFIX)


def _mark(record_js: JSObject) -> str | None:
    return None if record_js is None else getattr(record_js, MARK, None)
