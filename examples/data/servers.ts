import { portable } from "epochal";
import { csv, http, npy } from "epochal/data";

/** Called where a request is made, also in workers: the token stays in the environment. */
export const auth = portable(import.meta.url, function auth() {
  return { authorization: `Bearer ${process.env.TOKEN}` };
});

export async function far(host = "https://host") {
  const open = await npy(`${host}/x.npy`); // also presigned URLs, and `resolve` URLs of Hugging Face
  const closed = await csv(http(`${host}/private.csv`, { headers: auth }), {
    columns: { x: "float32" },
  });
  return { open, closed };
}

/** Fetched once, by all workers, programs and runs; of each file at most its first 2 GB. */
export function kept(host = "https://host") {
  return npy(http(`${host}/x.npy`, { cache: ".cache/http", maxBytes: 2e9 }));
}
