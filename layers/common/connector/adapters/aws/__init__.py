"""The connector's own state and ways out in AWS: DynamoDB, S3, Secrets Manager, SES, SQS and Step Functions."""
