import { batches, type Tensor } from "epochal";
import { windows } from "epochal/data";

/** 24 hours of some sensors [hours, sensors], to tell the next hour's pressure [hours]. */
export function forecast(sensors: Tensor<"float32">, pressure: Tensor<"float32">) {
  const samples = windows(sensors, { length: 24, target: { series: pressure } });
  return batches(samples, { batchSize: 32, shuffle: true }); // x [32, 24, sensors], y [32]
}
