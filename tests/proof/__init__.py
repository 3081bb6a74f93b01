"""Never twice, never lost: the export protocol under kills and cut lines, over both simulators. What is proved: docs/reliability.md."""
