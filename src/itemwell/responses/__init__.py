"""Answers come in: read -> score -> keep. Or they are drawn from known parameters."""
