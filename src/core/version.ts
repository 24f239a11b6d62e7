/** The version of this package, as in package.json: the two sides of a worker must be of the same. */
export const version = "0.1.0";
