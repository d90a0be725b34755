"""The README, CONTRIBUTING, the manual and the site that is built from them."""
