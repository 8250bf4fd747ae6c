"""OBS: nobody sees what happens."""
