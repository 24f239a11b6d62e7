import { DataLoader, type Sequence } from "epochal";

export function rankLoader<B>(data: Sequence<B>, rank: number, worldSize: number) {
  return new DataLoader(data, { workers: 4, shuffle: true, seed: 7, shard: { rank, worldSize } });
}
