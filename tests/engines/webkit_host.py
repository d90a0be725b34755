#!/usr/bin/python3
"""A browser window with WebKitGTK and a profile; WebKitWebDriver starts it.

Runs in the system's Python and needs the packages python3-gi and gir1.2-webkit2-4.1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

try:
    import gi

    gi.require_version("Gtk", "3.0")
    gi.require_version("WebKit2", "4.1")
except (ImportError, ValueError) as error:
    sys.exit(f"needs the packages python3-gi and gir1.2-webkit2-4.1 ({error})")

from gi.repository import GLib, Gtk, WebKit2

FEATURES = {
    "AccessHandle",
    "FileSystem",
    "FileSystemWritableStream",
    "StorageAPI",
    "StorageAPIEstimate",
}
"""On in Safari; off by default in WebKitGTK 2.50."""


class Host:
    """All windows, in one context with shared storage."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.downloads: Path = options.downloads
        self.context = WebKit2.WebContext.new_with_website_data_manager(_storage(options))
        self.context.set_automation_allowed(True)
        self.context.connect("automation-started", self._started)
        self.context.connect("download-started", self._download)
        self.settings = WebKit2.Settings(
            enable_developer_extras=True,
            enable_write_console_messages_to_stdout=True,
            javascript_can_open_windows_automatically=True,
        )
        features = WebKit2.Settings.get_all_features()
        for feature in map(features.get, range(features.get_length())):
            if feature.get_identifier() in FEATURES:
                self.settings.set_feature_enabled(feature, True)

    def view(self, related: Any = None) -> Any:
        """Open a window and return the view in it."""
        context = {"related_view": related} if related else {"web_context": self.context}
        view = WebKit2.WebView(settings=self.settings, is_controlled_by_automation=True, **context)
        window = Gtk.Window(default_width=1200, default_height=900)
        view.connect("create", lambda opener, _action: self.view(opener))
        view.connect("close", lambda _view: window.destroy())
        window.add(view)
        window.show_all()
        return view

    def _started(self, _context: Any, session: Any) -> None:
        about = WebKit2.ApplicationInfo()
        about.set_name("MiniBrowser")  # the window that the driver expects
        about.set_version(
            WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
        )
        session.set_application_info(about)
        session.connect("create-web-view", lambda _session: self.view())

    def _download(self, _context: Any, download: Any) -> None:
        def decide(download: Any, name: str) -> bool:
            # Use a temporary name until the file is complete: a large Blob is written piece by
            # piece.
            part = self.downloads / f"{name}.part"
            download.set_destination(GLib.filename_to_uri(str(part)))
            download.connect("finished", lambda _download: part.rename(self.downloads / name))
            return True

        download.connect("decide-destination", decide)


def _storage(options: argparse.Namespace) -> Any:
    if options.private:
        return WebKit2.WebsiteDataManager.new_ephemeral()
    settings: dict[str, Any] = {
        "base_data_directory": str(options.profile / "data"),
        "base_cache_directory": str(options.profile / "cache"),
    }
    if options.quota is not None:  # the quota is given as a fraction of the disk
        settings["origin_storage_ratio"] = options.quota / shutil.disk_usage(options.profile).total
    return WebKit2.WebsiteDataManager(**settings)


def main() -> None:
    """Run until the driver ends the session."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--downloads", type=Path, required=True)
    parser.add_argument("--quota", type=int)
    parser.add_argument("--private", action="store_true")
    options, _ = parser.parse_known_args()  # the driver adds its own arguments
    _host = Host(options)  # whose signals are served
    Gtk.main()


if __name__ == "__main__":
    main()
