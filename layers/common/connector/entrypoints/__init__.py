"""What AWS calls: events in, answers out. Translates and nothing else."""
