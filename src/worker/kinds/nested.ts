/**
 * No worker starts workers.
 *
 * A module that holds both a dataset and the program over it is run again by each worker that loads the dataset, and
 * would start workers of its own, without end. Names of scripts cannot tell, as a program is started in many ways; but
 * being inside a worker can. The loader outside is told too, whatever the program makes of the error.
 *
 * A module may also start a thread or process of its own that starts the loader. Those are known by a variable of the
 * environment, which they take over: it says how many workers they are inside of. What `getItem` starts may have
 * workers, and those no more; what a module starts while it is imported may have none. Limit: what is started with an
 * environment without it is not known. What the user's factory starts is known by the environment too, and by its name
 * where it is a Web Worker.
 */
import { PortableError } from "../../core/errors.ts";
import { environment } from "../../core/node.ts";
import { toRecord } from "../wire/error-record.ts";
import { ownMark, postMarked, workerName } from "../wire/mark.ts";
import type { WorkerReply } from "../wire/protocol.ts";

const variable = "EPOCHAL_INSIDE";

const advice =
  "Move the class to a module of its own, which does nothing else when it is imported. A loader inside getItem takes workers: 0.";

/** Programs inside more workers than this have none. */
const deepest = 1;

/** How many workers the program is inside of, by what it was started with. */
const inside = Number(environment()[variable] ?? 0);

/** In a worker: runs `load`, which imports the user's module at `url`. */
export async function importNested<T>(url: string, load: (url: string) => Promise<T>): Promise<T> {
  const mark = ownMark();
  if (mark) mark.module = url;
  tellPrograms(deepest + 1);
  try {
    return await load(url);
  } finally {
    tellPrograms(inside + 1);
  }
}

/** Says how many workers they are inside of to programs that are started from here on. */
function tellPrograms(depth: number): void {
  try {
    if (depth > 0) process.env[variable] = String(depth);
    else delete process.env[variable];
  } catch {
    // A browser has no environment, and where Deno lets a program change none, it lets it start none.
  }
}

/** In a worker that a factory started, once it serves: what `getItem` starts may have workers, and those no more. */
export function beginServing(): void {
  if (inside > deepest) tellPrograms(deepest);
}

/** What a platform makes Web Workers with. */
type MakeWorker = new (url: string | URL, options?: object) => object;

/**
 * Calls `factory` so that the worker it starts is known for one of ours from its first moment, and messages name it
 * `name`; and gives what it returned, with the URL of the script where it is a Web Worker's.
 */
export function startNested<T>(
  factory: () => T,
  name: string,
): { readonly worker: T; readonly url: string | undefined } {
  const global = globalThis as { Worker?: MakeWorker };
  const { Worker } = global;
  let script: string | undefined;
  if (Worker !== undefined) {
    global.Worker = class extends Worker {
      constructor(url: string | URL, options: object = {}) {
        super(url, { ...options, name: workerName(name) });
        script = String(url);
      }
    };
  }
  tellPrograms(deepest + 1);
  try {
    return { worker: factory(), url: script };
  } finally {
    if (Worker !== undefined) global.Worker = Worker;
    tellPrograms(inside);
  }
}

/** Throws {@link PortableError} where workers would start workers without end, and has the loader outside throw it too. */
export function checkNotNested(): void {
  const mark = ownMark();
  if (!mark) {
    if (inside <= deepest) return;
    throw new PortableError(
      `A program that a worker started, in a thread or process of its own, started a DataLoader with workers, and each of those would start the program again. ${advice}`,
    );
  }
  const { name, module, serves } = mark;
  const again =
    serves !== undefined
      ? "its script, or a module that it imports,"
      : module === undefined
        ? "the modules that --import or --require preload"
        : `the module ${module}, or one that it imports,`;
  const error = new PortableError(
    `A program was run again by its own worker: in ${name}, ${again} started a DataLoader with workers, and each of those would do so again. ${advice}`,
  );
  if (serves === undefined)
    postMarked(mark, { type: "broken", error: toRecord(error) } satisfies WorkerReply);
  throw error;
}
