"""What a project says about itself: strict YAML with positions -> frozen values, and nothing read twice."""
