"""Answers no hook at all."""

ANSWER = 42
