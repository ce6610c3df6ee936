"""Whether a file, or what is printed in its foot, is what Roundtable issued: asked by whoever holds it."""
