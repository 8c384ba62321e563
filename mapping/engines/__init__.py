"""Array engines that need no directory."""
