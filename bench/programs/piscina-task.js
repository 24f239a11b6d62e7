/** What Piscina's threads run: a batch, moved, not copied. */
import { move } from "piscina";

export default function fetchBatch({ index, bytes }) {
  return move(new Uint8Array(bytes).fill(index));
}
