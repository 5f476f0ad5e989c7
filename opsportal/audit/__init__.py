"""Who changed or looked at what, when, and from where: written once, chained, verifiable."""
