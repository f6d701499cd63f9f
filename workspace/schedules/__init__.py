"""Schedules: a notebook's calendar, kept in the store, turned into runs by whichever worker looks first."""
