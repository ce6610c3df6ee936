"""What minutes and agendas have in common: the reader, the renderer, the stamp, and the PDFs that are kept."""
