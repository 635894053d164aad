"""What employment takes in as bulk files: contribution lists and vacancies."""
