// A script that is the program itself: it starts a loader with workers of its own kind.
import { DataLoader, serve } from "epochal";
import { Numbers } from "../../fixtures/sequences.js";

const worker = () => new Worker("./program.js", { type: "module" });
for await (const _ of new DataLoader(new Numbers(2), { workers: 1, worker }));
serve({ Numbers });
