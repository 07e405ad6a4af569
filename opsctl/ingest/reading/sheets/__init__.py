"""Workbooks, read in a process of their own: whatever a hostile one does to it, the command goes on and says so."""
