"""Photos from open sources on the web: search, licences, and the one way out to the network."""
