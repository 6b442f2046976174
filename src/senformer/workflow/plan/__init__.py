"""What a run will need, before it is begun: parameters, operations, memory, time."""
