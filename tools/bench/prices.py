"""What AWS asks, US East (N. Virginia), in dollars; from the services' pricing pages, read in November 2026. No free tier is counted."""

from __future__ import annotations

from typing import Final

LAMBDA_GB_SECOND: Final = 0.0000166667
LAMBDA_REQUEST: Final = 0.20 / 1_000_000
TRANSITION: Final = 0.025 / 1_000
"""Step Functions, standard workflows."""
WRITE_UNIT: Final = 0.625 / 1_000_000
READ_UNIT: Final = 0.125 / 1_000_000
S3_PUT: Final = 0.005 / 1_000
S3_GET: Final = 0.0004 / 1_000
API_REQUEST: Final = 3.50 / 1_000_000
"""API Gateway, REST."""
MAIL: Final = 0.10 / 1_000
"""SES, each mail sent."""
SECRET_CALL: Final = 0.05 / 10_000
LOG_GB: Final = 0.50
