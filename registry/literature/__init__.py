"""References of searches: read, told apart, screened, and counted for the PRISMA flow diagram."""
