"""What vendors write around the portal, small enough to read in one sitting; the tests run all of it."""
