"""The public site: pages for visitors, search, forms, downloads, prints."""
