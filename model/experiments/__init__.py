"""Why is the error stuck? Answers by experiment on cached features, each ending in one sentence. `catalogue` lists them."""
