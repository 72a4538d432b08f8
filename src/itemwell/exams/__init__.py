"""Have exams ready before they are asked for: shortage -> assemble -> keep ; claim."""
