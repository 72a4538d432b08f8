"""Figures for dashboards: read -> measure -> keep -> hand on."""
