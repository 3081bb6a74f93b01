"""``make bench``: the goals of speed and cost, each measured in one run and told in one line. See docs/performance.md."""
