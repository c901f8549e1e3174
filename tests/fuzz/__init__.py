"""Fuzzing guided by coverage (atheris): what the seeded mutants of the regular run do not think of."""
