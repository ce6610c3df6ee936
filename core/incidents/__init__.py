"""The incident register: police-recorded, depersonalised."""
