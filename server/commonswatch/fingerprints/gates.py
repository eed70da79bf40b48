"""Which pictures may be matched by their looks. A picture with little in it is near to thousands of others.

Digests and work keys always count; only PDQ passes these gates. Both are measured on the 64 x 64 samples PDQ is made
of: **quality** is PDQ's own (how steep the steps between neighbours are), **entropy** says how many shades there are. A
logo, a placeholder or a diagram has steep steps and few shades. A page of text passes: its lines become many shades.
The figures are in docs/fingerprints.md.
"""

import numpy as np

from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY
from commonswatch.fingerprints.pdq import Hashes

LEAST_ENTROPY = 3.5  # bits; photographs have 4 (stars) to 8

FEW_STEPS = "There is too little to see in it, so it is matched by its address and its bytes only."
FEW_SHADES = "It has too few shades, as logos and diagrams do, so it is matched by its address and its bytes only."


def entropy(hashes: Hashes) -> float:
    """How many bits a sample's shade says, 0 to 8."""
    counts = np.bincount((hashes.samples >> 8).ravel())
    shares = counts[counts > 0] / hashes.samples.size
    return float(-(shares * np.log2(shares)).sum())


def closed(hashes: Hashes) -> str:
    """Why a picture is not matched by its looks, in words for its creator; empty when it is."""
    if hashes.quality < PDQ_MIN_QUALITY:
        return FEW_STEPS
    return FEW_SHADES if entropy(hashes) < LEAST_ENTROPY else ""
