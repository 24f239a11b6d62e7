/** Entry of a worker process. Batches go through shared files, everything else over the channel. */
import { meterProcess } from "#core/thread-meter";
import { filesToLoader, inheritedFiles } from "../wire/shared-file.ts";
import { serveLoader } from "./node.ts";

meterProcess();
const receive = serveLoader(filesToLoader(inheritedFiles));

process.on("message", (message) => receive(message as object));
// The loader is gone, by whatever end: nobody is left to work for.
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole process group, but it is the loader's side that decides what ends and how.
process.on("SIGINT", () => {});
