"""The store: what a project remembers of the exports it was given, whatever became of the exports.

Immutable Parquet files hold the accepted rows of every file that was taken in, without any personal id; one SQLite
catalog says which of them there are and when each was known. Derived tables are kept under the hash of what they were
made from and can be thrown away at any time.
"""
