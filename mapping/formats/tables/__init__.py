"""Spreadsheets: CSV, XLSX, our template and workbook."""
