"""What the programs in bench/ share: projects and trials of fixes, a language client, machines and tables."""
