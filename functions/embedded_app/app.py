"""The pages inside Procore."""

from connector.entrypoints import embedded_app

lambda_handler = embedded_app.lambda_handler
