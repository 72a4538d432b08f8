"""The same calls by the bare SDKs, and nothing else: no check, no journal, no bank. One JSON line."""

import asyncio
import json
import os
import resource
import sys
import time

from itemwell.generate.author import Written
from itemwell.generate.judge import Verdict
from itemwell.generate.prompts import fenced, load
from itemwell.generate.solve import Solution

DATA = {
    "stimulus": None,
    "stem": "What is 7 times 9?",
    "right_option": "63",
    "options": [],
    "key": "A",
}
SYSTEM = {Written: load("draft"), Solution: load("solve"), Verdict: load("judge")}


async def main(calls, at_once):
    started = time.monotonic()  # ours loads the SDKs within its time as well
    from anthropic import AsyncAnthropic
    from google import genai
    from google.genai import types
    from openai import AsyncOpenAI

    one = AsyncOpenAI(max_retries=0)
    two = AsyncAnthropic(max_retries=0)
    three = genai.Client(api_key=os.environ["GOOGLE_API_KEY"]).aio

    async def ask(number):
        form = (Written, Solution, Solution, Verdict)[number % 4]
        system = SYSTEM[form].system.template
        prompt = f"{SYSTEM[form].user.template} {number}\n{fenced(DATA, 'x')}"
        if number % 3 == 0:
            messages = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
            said = await one.chat.completions.parse(
                model="gpt-6.1-sol", messages=messages, response_format=form
            )
            return said.choices[0].message.parsed
        if number % 3 == 1:
            messages = [{"role": "user", "content": prompt}]
            said = await two.messages.parse(
                model="claude-sonnet-5-5",
                max_tokens=8192,
                system=system,
                messages=messages,
                output_format=form,
            )
            return said.parsed_output
        config = types.GenerateContentConfig(
            system_instruction=system,
            response_mime_type="application/json",
            response_json_schema=form.model_json_schema(),
        )
        said = await three.models.generate_content(
            model="gemini-3.8-flash", contents=prompt, config=config
        )
        return form.model_validate_json(said.text)

    numbers = iter(range(calls))

    async def work():
        for number in numbers:
            assert await ask(number) is not None

    await asyncio.gather(*(work() for _ in range(at_once)))
    return time.monotonic() - started


if __name__ == "__main__":
    wall = asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps({"seconds": wall, "cpu": used.ru_utime + used.ru_stime, "rss": used.ru_maxrss})
    )
