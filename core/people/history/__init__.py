"""What was held before of somebody or of a case: kept when it is changed, and told to those who read a mistake."""
