"""The same by our MiniLM. One JSON line."""

import json
import resource
import sys
import time
from pathlib import Path

from itemwell.similar.minilm import MiniLM

model = MiniLM.found(Path(sys.argv[1]))
texts = json.load(sys.stdin)
first = model.embed(texts[:1])
reached = time.time()
rows = model.embed(texts)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"first": reached, "megabytes": peak, "rows": rows.tolist()}))
