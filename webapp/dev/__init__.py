"""What runs Frontrow on one machine: its servers, its demo, simulated fans, the sandbox payment company."""
