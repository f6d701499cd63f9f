"""Who decides, and with which hands: models, questions, and the toolbox that holds the workspace session."""
