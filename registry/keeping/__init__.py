"""Keeping a registry safe: copies of it, bringing a copy back, and an examination of everything it rests on."""
