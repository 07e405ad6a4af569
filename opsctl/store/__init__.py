"""What a project keeps between runs, and the key without which nobody can tell whose rows they are."""
