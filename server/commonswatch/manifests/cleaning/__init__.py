"""For those who build a dataset: a manifest → the same without the works of people who ask not to be in it.

``objections`` says which rows, ``writing`` writes the others as they were. Needs no database and no network.
"""

from commonswatch.manifests.cleaning.objections import Listed, Objections, Registered
from commonswatch.manifests.cleaning.writing import Cleaned, clean

__all__ = ["Cleaned", "Listed", "Objections", "Registered", "clean"]
