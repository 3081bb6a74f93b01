"""What people read: mails and pages. Knows records and ports, and no other system."""
