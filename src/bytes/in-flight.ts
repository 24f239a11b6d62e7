/** Requests to one server at once: more are kept waiting here, as they would be there, without a connection each. */

/** Requests to one origin at most, of one thread. */
export const mostRequests: number = 16;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/** Servers that are being asked something. */
const lines = new Map<string, Line>();

/** What `run` gives, once fewer than {@link mostRequests} others of `origin` run. */
export async function inTurn<T>(origin: string, run: () => Promise<T>): Promise<T> {
  const line = lines.get(origin) ?? { running: 0, waiting: [] };
  lines.set(origin, line);
  if (line.running >= mostRequests) await new Promise<void>((resolve) => line.waiting.push(resolve));
  else line.running++;
  try {
    return await run();
  } finally {
    // Whose turn it is takes the place that is left.
    const next = line.waiting.shift();
    if (next !== undefined) next();
    else if (--line.running === 0) lines.delete(origin);
  }
}
