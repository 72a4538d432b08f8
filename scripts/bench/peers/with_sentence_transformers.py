"""The vectors of the texts on stdin by sentence-transformers, from a directory. One JSON line."""

import json
import resource
import sys
import time

from sentence_transformers import SentenceTransformer

model = SentenceTransformer(sys.argv[1], device="cpu")
texts = json.load(sys.stdin)
first = model.encode(texts[:1], normalize_embeddings=True)
reached = time.time()
rows = model.encode(texts, normalize_embeddings=True)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"first": reached, "megabytes": peak, "rows": rows.tolist()}))
