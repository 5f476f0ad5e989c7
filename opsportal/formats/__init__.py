"""How the admin writes dates and times: by 24 hours, as every other page does."""
