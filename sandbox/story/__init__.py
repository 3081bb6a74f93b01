"""The story: a month on three jobs, from Procore past approvers into Sage Intacct, played on the whole product."""
