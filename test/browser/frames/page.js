/** What the page can be asked for. */
import { DataLoader } from "epochal";
import { Held } from "./held.js";

const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

/** Loads an epoch while it draws; how many frames the server had heard of at each batch. */
globalThis.load = async (server, workers) => {
  let drawing = true;
  const draw = () => {
    if (!drawing) return;
    fetch(`${server}drawn`, { method: "POST" });
    requestAnimationFrame(draw);
  };
  draw();
  const counts = [];
  const loader = new DataLoader(new Held(server, 5), { workers, worker });
  for await (const { data } of loader) counts.push(data[0]);
  await loader.close();
  drawing = false;
  return counts;
};
