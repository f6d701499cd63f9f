"""Reading blocks without running them: names, tables, writes and risks, from syntax trees and never from patterns alone."""
