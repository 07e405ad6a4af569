"""How the sample comes about: a story, the days and users that follow from it, and one writer per export."""
