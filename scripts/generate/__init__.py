"""Programs that write files of the repository; run rarely, by hand."""
