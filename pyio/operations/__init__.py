"""What a person does with stored models: save, load, list, copy, move, inspect and repair."""
