"""The kit, on a stand in this checkout: not in the folder of the user's cache, for a checkout changes."""

from propusk.stand import SHARED
from tests.running_stand import ROOT

SHARED.home = ROOT / "var" / "kit"
