/** An abort signal that exists only when somebody looks at it: most batches never do, and a signal costs microseconds. */
export class Cancellation {
  #controller: AbortController | undefined;
  #aborted = false;

  /** The signal; made on first use, aborted already if `abort()` came before. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
