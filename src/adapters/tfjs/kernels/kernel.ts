/** What a kernel of TensorFlow.js is that is made of its operations. */
import type { Tensor } from "@tensorflow/tfjs";
import type { TF } from "../peer.ts";

/** The tensors that a kernel is given, by the names that TensorFlow.js has for them. */
export type KernelInputs = Readonly<Record<string, Tensor>>;

/** A kernel; `attrs` are what TensorFlow.js gives with its inputs. */
export type KernelFunction = (tf: TF, inputs: KernelInputs, attrs: object) => Tensor;
