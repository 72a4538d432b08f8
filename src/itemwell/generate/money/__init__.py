"""What calls cost: forecast -> reserve in the book -> call -> settle by group commit, or into the spool."""
