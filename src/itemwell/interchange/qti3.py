"""QTI 3.0 packages (1EdTech, final of 2022)."""

from collections.abc import Iterable
from typing import BinaryIO

from itemwell.bank import Question
from itemwell.interchange import qti
from itemwell.interchange.qti_item import Dialect

DIALECT = Dialect("http://www.imsglobal.org/xsd/imsqtiasi_v3p0", hyphens=True)
MANIFEST = qti.Manifest(
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    "QTI Package",
    "3.0.0",
    "imsqti_item_xmlv3p0",
)
read = qti.read


def write(file: BinaryIO, questions: Iterable[Question]) -> int:
    """Write a package of `questions`; how many they were."""
    return qti.write(file, questions, DIALECT, MANIFEST)
