"""What a week or a month came to: as a page, on paper, and by e-mail."""
