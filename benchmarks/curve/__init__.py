"""How often the forecast of a learning curve holds the truth."""
