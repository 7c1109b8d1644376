"""Money out: the linked account, runs released by two operators, payouts that are paid once or provably not."""
