"""Bytes to text rows, text rows to canonical tables, with an account that adds up."""
