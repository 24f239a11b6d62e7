/** What the page can be asked for. */
import { train } from "./train.js";

const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

globalThis.train = (workers) => train({ workers, worker });
