"""Run what is due: plan -> claim -> run -> settle. Each run is a process of its own."""
