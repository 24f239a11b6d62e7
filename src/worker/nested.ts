/**
 * No worker starts workers.
 *
 * A module that holds both a dataset and the program over it is run again by each worker that loads the dataset, and
 * would start workers of its own, without end. Names of scripts cannot tell, as a program is started in many ways; but
 * being inside a worker can. The loader outside is told too, whatever the program makes of the error.
 */
import { PortableError } from "../core/errors.ts";
import { toRecord } from "./error-record.ts";
import { ownMark, reply } from "./mark.ts";

/** Throws {@link PortableError}, and has the loader outside throw it, where this is a worker of ours. */
export function checkNotNested(): void {
  const mark = ownMark();
  if (!mark) return;
  const { name, module } = mark;
  const again =
    module === undefined
      ? "the modules that --import or --require preload"
      : `the module ${module}, or one that it imports,`;
  const error = new PortableError(
    `A program was run again by its own worker: in ${name}, ${again} started a DataLoader with workers, and each of those would do so again. Move the class to a module of its own, which does nothing else when it is imported. A loader inside getItem takes workers: 0.`,
  );
  reply(mark, { type: "broken", error: toRecord(error) });
  throw error;
}
