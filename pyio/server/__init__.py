"""A server for models, in the protocol of TensorFlow.js: ``python -m pyio serve``.

It keeps models in a folder or in a bucket of an object store. It has no state of its own, so any
number of workers and machines may serve one bucket. Needs the extra ``pyio-web[server]``.

- `pyio.server.application`: the requests and their answers.
- `pyio.server.uploads`: what is checked before anything is stored.
- `pyio.server.storage`: the contract of a place to keep models, and the order of its writes.
- `pyio.server.folder` and `pyio.server.bucket`: the two places.
- `pyio.server.serving`: the command.
"""
