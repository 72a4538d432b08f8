"""What waits goes together, in its order; each has its own outcome."""

import asyncio

import pytest

from itemwell.generate.together import Together


def doubling(batches, *, most=32, linger=0.0):
    async def work(jobs):
        batches.append(list(jobs))
        await asyncio.sleep(0.01)
        if 99 in jobs:
            raise OSError("all of them")
        return [ValueError(job) if job < 0 else 2 * job for job in jobs]

    return Together(work, most=most, linger=linger)


def outcomes(jobs, **options):
    batches = []

    async def run():
        together = doubling(batches, **options)
        return await asyncio.gather(*map(together, jobs), return_exceptions=True)

    return asyncio.run(run()), batches


def test_what_comes_meanwhile_goes_together_with_the_next():
    async def run():
        batches = []
        together = doubling(batches)
        first = asyncio.create_task(together(1))
        await asyncio.sleep(0.005)
        return await asyncio.gather(first, *map(together, (2, 3))), batches

    assert asyncio.run(run()) == ([2, 4, 6], [[1], [2, 3]])


def test_no_more_go_together_than_is_said():
    said, batches = outcomes(range(5), most=2)

    assert said == [0, 2, 4, 6, 8]
    assert batches == [[0, 1], [2, 3], [4]]


def test_an_error_is_its_own_jobs_alone_unless_all_failed():
    [good, bad], _ = outcomes([1, -1])
    all_failed, _ = outcomes([1, 99])

    assert (good, type(bad)) == (2, ValueError)
    assert [str(each) for each in all_failed] == ["all of them"] * 2


def test_who_is_cancelled_leaves_the_job_to_be_done():
    async def run():
        batches = []
        together = doubling(batches, linger=0.01)
        gone, stays = (asyncio.create_task(together(job)) for job in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays, batches

    assert asyncio.run(run()) == (4, [[1, 2]])
