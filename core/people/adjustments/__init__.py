"""What somebody needs to be dealt with fairly: an interpreter, large print, a carer beside them."""
