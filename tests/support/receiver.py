"""The model server of TensorFlow.js's own documentation (``tf.io.browserHTTPRequest``), in Flask.

It splits the multipart request by file name and stores the two files. Here it also serves them
under the names that a model.json uses.
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from typing import Self


class Receiver:
    """Listens on a loopback port within the ``with`` block.

    Attributes:
        url: "http://127.0.0.1:PORT".
        uploads: One entry per request: method, header fields, and field -> (file name, content
            type, content) of every part in order.
    """

    def __init__(self) -> None:
        self.uploads: list[dict[str, Any]] = []
        application = flask.Flask("model-server")
        application.add_url_rule("/upload", view_func=self._upload, methods=["POST", "PUT"])
        application.add_url_rule("/upload/<int:index>/<name>", view_func=self._file)
        application.after_request(self._allow_pages)
        self._server = make_server("127.0.0.1", 0, application, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _upload(self) -> Any:
        request = flask.request
        parts = {
            field: (file.filename, file.mimetype, file.read())
            for field, file in request.files.items()
        }
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.uploads.append({"method": request.method, "headers": headers, "parts": parts})
        return {"stored": len(self.uploads) - 1}

    def _file(self, index: int, name: str) -> Any:
        for file_name, kind, content in self.uploads[index]["parts"].values():
            if file_name == name:
                return flask.Response(content, mimetype=kind)
        return flask.Response(status=404)

    def _allow_pages(self, response: flask.Response) -> flask.Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "*"
        return response
