/**
 * Asking a server again where it may answer better: after network errors, answers that broke off, and the statuses of a
 * server that is busy (408, 425, 429, 5xx).
 *
 * Invariant: what is asked again was not delivered in part, and what is an answer, be it a wrong one, is not asked again.
 * Waits double from a quarter of a second, each drawn at random below that, so that many who were refused together do not
 * come again together; or are what the server says (`Retry-After`). Source: M. Brooker, "Exponential backoff and jitter",
 * AWS Architecture Blog, 2015 ("full jitter").
 */

/** How persistently a server is asked. */
export interface RetryOptions {
  /** How often it is asked again. Default 4: for about four seconds in all. */
  readonly retries?: number | undefined;
  /** So many milliseconds without a byte end an attempt. Default 30,000. */
  readonly idle?: number | undefined;
}

/** A failure that may pass. */
export class TransientError extends Error {
  /** So many milliseconds the server wants to be left alone. */
  readonly after: number | undefined;
  constructor(message: string, options: ErrorOptions & { readonly after?: number | undefined } = {}) {
    super(message, options);
    this.after = options.after;
  }
}

/** Statuses of a server that may answer another time. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Longest that a server is waited for because it says so. */
const mostPatient = 60_000;

/** Milliseconds that `Retry-After` asks for, a number of seconds or a date. */
export function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const time = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(time) ? undefined : Math.max(0, time);
}

/**
 * What `run` gives, which is run again where it fails with a {@link TransientError}. It is told what ends it, and tells
 * when something has come.
 */
export async function retrying<T>(
  { retries = 4, idle = 30_000 }: RetryOptions,
  signal: AbortSignal | undefined,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  for (let failed = 0; ; failed++) {
    const attempt = new Attempt(signal, idle);
    try {
      return await run(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientError) || failed >= retries) throw error;
      const { after = Math.random() * 250 * 2 ** failed } = error;
      if (after > mostPatient) {
        throw new Error(
          `${error.message} It wants to be asked again in ${Math.round(after / 1000)} seconds, which is not waited for.`,
          { cause: error },
        );
      }
      attempt.end();
      await pause(after, signal);
    } finally {
      attempt.end();
    }
  }
}

/** What ends one attempt: the caller's signal, or that nothing came for too long. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #idle: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal | undefined, idle: number) {
    this.#outer = outer;
    this.#idle = idle;
    if (outer?.aborted) this.#stop();
    outer?.addEventListener("abort", this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something is asked for, or has come: from now on the next is waited for. */
  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(
        new TransientError(
          `The server has sent nothing for ${this.#idle / 1000} seconds. Check the network, or allow more time by \`idle\`.`,
        ),
      );
    }, this.#idle);
  }

  /** The attempt is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#stop);
  }

  readonly #stop = (): void => this.#controller.abort(this.#outer?.reason);
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
