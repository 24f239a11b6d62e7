import { DataLoader, SubsetSampler, WeightedSampler } from "epochal";
import { Photos } from "./dataset.ts";

export function balanced(files: string[], labels: number[], weights: number[]) {
  const sampler = new WeightedSampler(weights, { length: 10_000 });
  return new DataLoader(new Photos(files, labels), { batchSize: 32, sampler });
}

export function some(files: string[], labels: number[], indices: number[]) {
  const sampler = new SubsetSampler(indices, { shuffle: true });
  return new DataLoader(new Photos(files, labels), { batchSize: 32, sampler });
}
