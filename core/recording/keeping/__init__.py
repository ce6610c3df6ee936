"""What a browser keeps while the network is away: the keys to it."""
