"""Any painting as a style: the published weights, our modules for them, what they paint."""
