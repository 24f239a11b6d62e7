// A script that fails while it is loaded.
throw new RangeError("no such luck");
