"""evireg."""
