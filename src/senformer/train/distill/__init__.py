"""Training on another model's predictions instead of measured targets."""
