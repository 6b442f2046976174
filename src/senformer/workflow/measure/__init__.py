"""How `bench` measures: each case in a process of its own, ours and others' in turns."""
