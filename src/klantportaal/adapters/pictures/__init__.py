"""Pictures that every browser shows, made of HEIC pictures."""
