"""Never twice, never lost: the export protocol under kills and cut lines, over both simulators. docs/reliability.md names what is proved."""
