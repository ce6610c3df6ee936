"""Extracts from approved minutes for the providers whose referrals were made or heard."""
