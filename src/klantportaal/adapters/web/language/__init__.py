"""Everything that depends on the reader's language: catalogs, sentences, dates, names of devices."""
