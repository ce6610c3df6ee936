"""One encrypted file of everything, and the way back from it. The keys are not in it: docs/running/keys.md."""
