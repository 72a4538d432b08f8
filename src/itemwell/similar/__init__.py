"""What tells one question from another: the signature forbids twins, the skeleton marks isomorphs."""
