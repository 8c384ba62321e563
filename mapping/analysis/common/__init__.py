"""What several analyses share: who is listed, who is reached, how it is worded."""
