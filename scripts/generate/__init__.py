"""What writes files of the repository; run by hand when their sources have changed."""
