(value_name) @kept
