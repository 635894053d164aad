"""What training takes in as bulk files: rosters and attendance sheets."""
