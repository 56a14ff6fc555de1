"""«Близкие»: for whom one speaks, who speaks for oneself, and whose records are looked at."""
