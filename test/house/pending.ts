/** What breaks a house rule still, each list to be emptied: nothing new may be added. */

/** Exported types of one name in several modules. */
export const homonyms: readonly string[] = ["DataLoader"];

/** Modules whose classes say "See the head of this file" in place of what they are. */
export const headless: readonly string[] = [];

/** Folders whose module state has no reasons yet. */
export const unexplained: readonly string[] = [];

/** Exports of modules without a docstring. */
export const undocumented: readonly string[] = [];

/** Public types with members that have no docstring. */
export const terse: readonly string[] = [
  "BackupAndRestore",
  "BucketSampler",
  "CSVLogger",
  "Callback",
  "CallbackHooks",
  "EarlyStopping",
  "EpochReport",
  "GeneratorEnqueuer",
  "History",
  "Hooked",
  "JaxArray",
  "JaxNumpy",
  "Labels",
  "LearningRateScheduler",
  "LoaderState",
  "LoaderStats",
  "ModelCheckpoint",
  "Onnxruntime",
  "OrderKey",
  "OrtTensor",
  "PadCollator",
  "ProgbarLogger",
  "ProgressStream",
  "ReduceLROnPlateau",
  "SubsetSampler",
  "TensorBoard",
  "TerminateOnNaN",
  "Training",
  "TrainingState",
  "WeightedSampler",
  "WorkerStats",
];

/** Types in public signatures that no entry point exports. */
export const unnameable: readonly string[] = ["Combinator", "DataLoader"];
