"""Who must not get in, what must not get out, and what no input may do. What is claimed, and which test holds it: docs/security.md."""
