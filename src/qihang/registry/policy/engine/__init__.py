"""Rules as columns: facts in, clause outcomes and amounts out. Knows neither Django nor any one benefit."""
