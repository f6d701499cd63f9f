"""Pages for people: sign in, read notebooks with their latest outputs, agree to clients. No script runs in them."""
