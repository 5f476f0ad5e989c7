"""How often one address may ask: limits by group of addresses, kept in the process's memory."""
