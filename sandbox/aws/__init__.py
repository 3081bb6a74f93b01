"""The local AWS: MiniStack started, built for, deployed to and stopped, without Docker or an account."""
