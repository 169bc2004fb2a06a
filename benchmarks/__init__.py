"""What is measured against rivals; each module prints a table and never fails a build."""
