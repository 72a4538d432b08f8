"""Work for any number of processes: defer -> fetch -> work, by Procrastinate on the bank's Postgres."""
