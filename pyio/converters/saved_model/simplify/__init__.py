"""What makes a flat graph smaller and faster without other results."""
