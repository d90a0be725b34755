"""How results and progress are shown: text, tables and progress bars."""
