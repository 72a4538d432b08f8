"""The same work by distilabel: a draft and a judge step, structured output. One JSON line at the end.

Runs in a Python of its own with `pip install "distilabel[openai]" instructor`.
"""

import json
import os
import sys
import time

from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration
from pydantic import BaseModel


class Distractor(BaseModel):
    text: str
    misconception: str


class Written(BaseModel):
    stimulus: str | None
    stem: str
    right_option: str
    distractors: list[Distractor]
    explanation: str
    quotation: str | None


class Verdict(BaseModel):
    comments: str
    defects: list[str]
    clarity: float
    validity: float
    formatting: float
    creativity: float
    difficulty: str


def model(form):
    return OpenAILLM(
        model="gpt-6.1-sol",
        base_url=os.environ["OPENAI_BASE_URL"],
        api_key=os.environ["OPENAI_API_KEY"],
        structured_output={"schema": form},
        generation_kwargs={"max_new_tokens": 4096},
    )


def main(count, at_once):
    rows = [{"instruction": f"Write one question. Type: math. Number {n}."} for n in range(count)]
    with Pipeline(name="itemwell-bench") as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=at_once)
        draft = TextGeneration(
            name="draft",
            llm=model(Written),
            input_batch_size=at_once,
            output_mappings={"generation": "draft"},
        )
        judge = TextGeneration(
            name="judge",
            llm=model(Verdict),
            input_batch_size=at_once,
            template="Judge this.\n<data-1>\n{{ draft }}\n</data-1>",
            columns=["draft"],
        )
        load >> draft >> judge
    started = time.monotonic()
    found = pipeline.run(use_cache=False)["default"]["train"]
    judged = sum(bool(row["draft"] and row["generation"]) for row in found)
    print(json.dumps({"seconds": time.monotonic() - started, "kept": judged}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
