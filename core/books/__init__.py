"""The import of a partnership's books: tables of text in, records and a rejects file out."""
