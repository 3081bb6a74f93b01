"""A busy month end in one process: thousands of items, twenty approvers, imports beside. `make soak` plays it and prints its figures."""
