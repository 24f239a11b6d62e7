/** Entry of a worker thread. */
import { parentPort } from "node:worker_threads";
import { tellRunning } from "../kinds/exit.ts";
import { ownMark } from "../wire/mark.ts";
import { transferToLoader } from "../wire/transfer-codec.ts";
import { serveLoader } from "./node.ts";

tellRunning(ownMark()!.descriptor!);
parentPort!.on("message", serveLoader(transferToLoader));
