"""The tests. They mirror `idp`, `rp`, `ground` and `scripts`; `suites`, `journeys`, `browser` and the like cross them."""
