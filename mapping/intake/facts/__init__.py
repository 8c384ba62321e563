"""What one row says of a service, kind of fact by kind of fact: where, which help, for whom, by which numbers."""
