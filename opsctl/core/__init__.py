"""What everything else stands on: errors, money, days and periods, names, paths. No I/O, no opsctl import."""
