"""What people ask of the register and somebody decides: applications, corrections, deletions, confirmations.

    draft ──▶ sent ──┬──▶ withdrawn     by whoever asked
      │              ├──▶ granted       by whoever decides, who does in the same transaction what was asked
      └──▶ gone      └──▶ refused       by whoever decides, or by the rule of the kind at once

A kind of request is one module in `kinds/`, independent of the others, and one line in `catalogue.KINDS`. Everything goes
through `filing` (the person's side) and `deciding` (the other one); `erasure` does what a granted deletion asks for.
"""
