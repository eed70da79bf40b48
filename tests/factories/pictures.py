"""Made-up pictures, under the name tests import; the generator ships with the demo."""

from commonswatch.demo.pictures import photo, scene

__all__ = ["photo", "scene"]
