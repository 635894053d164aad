"""The pure half of the import pipeline: bytes to rows and findings. It knows no database and no mission."""
