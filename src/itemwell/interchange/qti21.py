"""QTI 2.1 packages (1EdTech, final of 2012)."""

from collections.abc import Iterable
from typing import BinaryIO

from itemwell.bank import Question
from itemwell.interchange import qti
from itemwell.interchange.qti_item import Dialect

DIALECT = Dialect("http://www.imsglobal.org/xsd/imsqti_v2p1", hyphens=False)
MANIFEST = qti.Manifest(
    "http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.1 Package", "1.0.0", "imsqti_item_xmlv2p1"
)
read = qti.read


def write(file: BinaryIO, questions: Iterable[Question]) -> int:
    """Write a package of `questions`; how many they were."""
    return qti.write(file, questions, DIALECT, MANIFEST)
