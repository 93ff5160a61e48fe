"""A museum of mistakes: each in its smallest form, the law that it breaks, and its repair.

    print(museum.specimen("reads-on").plate())

None is copied from anywhere: each was written anew, to be wrong in the one way that its name says.
"""

from seqtut.museum import choosing, interfaces, leaks, masks, order, protocol, scores
from seqtut.museum.small import BATCH, Small
from seqtut.museum.specimen import Plate, Specimen

# In the order of the rooms.
SPECIMENS = tuple(
    specimen
    for room in (masks, order, scores, choosing, leaks, interfaces, protocol)
    for specimen in room.SPECIMENS
)


def specimen(name: str) -> Specimen:
    """Returns the specimen of a name.

    Args:
        name: Such as "reads-on".

    Raises:
        ValueError: If nothing of that name hangs here.
    """
    for one in SPECIMENS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in SPECIMENS)
    raise ValueError(f"The museum has {known}. Received: {name!r}. Choose one.")


__all__ = [
    "BATCH",
    "SPECIMENS",
    "Plate",
    "Small",
    "Specimen",
    "choosing",
    "interfaces",
    "leaks",
    "masks",
    "order",
    "protocol",
    "scores",
    "specimen",
]
