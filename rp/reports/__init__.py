"""The page «Статус COVID‑19 в регионе» and the statistics behind it: import, figures, weeks, the seven-day mean."""
