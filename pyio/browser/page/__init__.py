"""What only a page can do: localStorage, downloads, file pickers, persistent storage."""
