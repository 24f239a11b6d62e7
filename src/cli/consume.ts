/** A consumer that does nothing with batches, or works on each as long as a training step does. */

/** Works for so many milliseconds, as a step does that computes in JavaScript or WebAssembly. */
export function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (milliseconds > 0 && performance.now() < until);
}
