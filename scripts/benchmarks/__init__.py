"""Measurements, which ``scripts/bench.py`` runs."""
