"""Real servers and clients: what to run (recipes), what came back (captures), what clients do (measurements)."""
