"""Keep the bank stocked: plan -> draft -> check -> solve -> judge -> dedup -> keep.

`job` is the shell with every effect; the other files are the stages, pure. What an item model
computed is solved by that model's own blind solver, and needs no judge.
"""
