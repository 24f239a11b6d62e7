/**
 * What goes wrong inside `getItem`, in whichever thread or process.
 *
 * The faults of a loader are in a file of a folder that the environment names, so that workers find them and no field
 * of the sequence tells of them. A fault happens a fixed number of times over all workers: each leaves a file there.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";

/** Name of the variable in the environment that holds the folder; empty where nothing goes wrong. */
export const variable = "EPOCHAL_SOAK_FAULTS";

let known = { folder: "", faults: [] };

/** What happens at batch `index` of `epoch`, if anything does now. */
export function meet(epoch, index) {
  const folder = process.env[variable] ?? "";
  if (folder === "") return undefined;
  if (known.folder !== folder) {
    known = { folder, faults: JSON.parse(readFileSync(join(folder, "faults.json"), "utf8")) };
  }
  const fault = known.faults.find((each) => each.epoch === epoch && each.index === index);
  if (!fault || !happens(folder, fault)) return undefined;
  if (fault.kind === "foreign") {
    for (const message of foreign) say(message);
    return undefined;
  }
  return () => misbehave(fault.kind);
}

function happens(folder, { epoch, index, times }) {
  if (times === null) return true;
  for (let n = 0; n < times; n++) {
    try {
      closeSync(openSync(join(folder, `${epoch}-${index}-${n}`), "wx"));
      return true;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
  return false;
}

/** Messages that no loader expects. */
const foreign = [null, 7, "text", [], {}, { type: "error" }, { type: "batch" }, { type: "mine", id: 0 }];

function say(message) {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}

function misbehave(kind) {
  switch (kind) {
    case "throw":
      throw new RangeError("a fault: thrown");
    case "reject":
      return Promise.reject(new Error("a fault: rejected"));
    case "text":
      throw "a fault: thrown as text";
    case "huge":
      throw Object.assign(new Error(`a fault: ${"huge ".repeat(100_000)}`), {
        rows: new Float64Array(100_000),
      });
    case "knotted": {
      // Each holds all the others, many times over.
      const parts = Array.from({ length: 10 }, (_, i) => new Error(`part ${i}`));
      const whole = new AggregateError(parts, "a fault: knotted");
      for (const part of parts) part.cause = whole;
      throw whole;
    }
    case "nothing":
      return undefined;
    case "exit":
      return process.exit(3);
    case "stray":
      Promise.reject(new Error("a fault: a stray rejection"));
      break;
    case "kill":
      process.kill(process.pid, "SIGKILL");
      break;
    case "crash":
      process.kill(process.pid, "SIGSEGV");
      break;
    case "memory": {
      const kept = [];
      for (;;) kept.push(new Array(100_000).fill(kept.length));
    }
    case "loop":
      for (;;);
    case "never":
      break;
  }
  return new Promise(() => {});
}
