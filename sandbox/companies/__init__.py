"""Seed companies. ``builder()`` is the one everything uses: a general contractor with three jobs and a month of work."""

from sandbox.companies.builder import builder

__all__ = ["builder"]
