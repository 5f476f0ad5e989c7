"""Is the portal alive, ready, healthy? Every look is bounded in time and shared by all callers."""
