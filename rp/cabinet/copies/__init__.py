"""«Копия»: everything the register knows of a person, handed to that person."""
