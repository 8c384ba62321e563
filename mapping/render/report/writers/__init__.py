"""The report's files: HTML, PDF, DOCX, of one structure."""
