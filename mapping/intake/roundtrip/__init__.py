"""Our own workbook on its way back."""
