"""The story: one subcontract's way from Procore past an approver into Sage Intacct, played on the whole product."""
