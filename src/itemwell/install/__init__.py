"""Files for every scheduler, from the one table of jobs: schedule -> translate -> render -> print or write."""
