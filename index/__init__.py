"""Code that builds, verifies and searches the index; what it builds goes to the data folder (`.roadmap/` by default)."""
