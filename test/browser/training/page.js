/** What the page can be asked for. */
import { train } from "./train.js";

globalThis.train = (workers) => train({ workers });
