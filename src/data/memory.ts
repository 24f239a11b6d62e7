/** Arrays of zeros, in memory that all threads share or that is one thread's alone. */

/** A kind of typed array. */
export interface ArrayType<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike): A;
}

/** An array of zeros in memory that all threads share, and no worker gets a copy of; where a page may not share, its own. */
export function shared<A>(type: ArrayType<A>, length: number): A {
  const Memory = globalThis.SharedArrayBuffer ?? ArrayBuffer;
  return new type(new Memory(length * type.BYTES_PER_ELEMENT));
}

/** An array of zeros that is this thread's alone. */
export function own<A>(type: ArrayType<A>, length: number): A {
  return new type(new ArrayBuffer(length * type.BYTES_PER_ELEMENT));
}
