/**
 * What a sequence is, in the states of loaders and the names of disk caches.
 *
 * Most are their fields. One that also keeps how its samples are got (how much memory that may take, how patiently a server
 * is asked, what signs its address today) says what of it does not count: a resumed run may change that.
 */

/** A method that returns, as an object, what takes the place of a sequence's fields. The same across copies of the package. */
export const identify: unique symbol = Symbol.for("epochal.identify");

/** An object whose fields are what `sequence` is. */
export function identityOf(sequence: object): object {
  return (sequence as { readonly [identify]?: () => object })[identify]?.() ?? sequence;
}
