"""Keeps the portal's processes alive. Without Django: it stays small and cannot fail with it."""
