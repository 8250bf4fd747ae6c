"""What earlier runs found out, kept on disk between them; everything in it can be found out again."""
