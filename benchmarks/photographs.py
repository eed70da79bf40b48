"""Real photographs that installed packages ship, for measurements that made-up pictures would flatter.

PyPI: scikit-image, scikit-learn. Debian: gnome-backgrounds, lomiri-wallpapers-16.04, -20.04, mate-backgrounds and
plasma-workspace-wallpapers, below /usr/share or below the folder that COMMONSWATCH_PHOTOGRAPHS names (`dpkg-deb -x`
unpacks a package anywhere). Their drawings and patterns are left out by name. None of them is in this repository.
"""

import importlib.util
import os
from pathlib import Path

_SKIMAGE = ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
_SKLEARN = ("china.jpg", "flower.jpg")
_BACKGROUNDS = (
    "Bridge_by_Sander_Klootwijk",
    "Dragonfly_by_Bolly",
    "Kleiber_by_Lukas_Baubkus",
    "Picture_0B_by_freespace",
    "Picture_1A_by_freespace",
    "Wine_by_Jakkub_Mede",
    "aitzgorri_by_Aitzol_Berasategi",
    "free_by_Peter_Nerlich",
    "friends_by_Aitzol_Berasategi",
    "greentock_by_Peter_Nerlich",
    "life_by_Aitzol_Berasategi",
    "picosdeeuropa_by_Aitzol_Berasategi",
    "seeding_by_Clements_Engelhardt",
    "sunset_by_Aitzol_Berasategi",
)
_WALLPAPERS = (
    "BytheWater",
    "ColdRipple",
    "ColorfulCups",
    "DarkestHour",
    "EveningGlow",
    "FallenLeaf",
    "Grey",
    "Kite",
    "OneStandsOut",
    "Path",
    "Volna",
    "summer_1am",
)


def photographs() -> list[Path]:
    """Their files, as far as they are on this machine, in a fixed order."""
    share = Path(os.environ.get("COMMONSWATCH_PHOTOGRAPHS", "/")) / "usr/share"
    found = [*_within("skimage", "data", _SKIMAGE), *_within("sklearn", "datasets/images", _SKLEARN)]
    found += [share / "backgrounds" / f"{name}.jpg" for name in _BACKGROUNDS]
    found += sorted((share / "backgrounds/mate/nature").glob("*.jpg"))
    for name in _WALLPAPERS:
        found += sorted((share / "wallpapers" / name / "contents/images").glob("*.jpg"))[:1]
    return [path for path in found if path.is_file()]


def _within(package: str, folder: str, names: tuple[str, ...]) -> list[Path]:
    spec = importlib.util.find_spec(package)
    home = Path(spec.origin).parent / folder if spec and spec.origin else None
    return [home / name for name in names] if home else []
