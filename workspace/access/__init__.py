"""Who may do what: keys, roles, members, sign-in, OAuth and the audit trail."""
