"""Everything around a file: its configuration and role, the files of a project, what is known of other modules."""
