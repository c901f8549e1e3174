"""What ``SECURITY.md`` promises, held by tests, and the programs they start."""
