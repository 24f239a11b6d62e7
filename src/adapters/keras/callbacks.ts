/** What Keras has under `keras.callbacks`. */
export { Callback } from "../../train/callback.ts";
export { BackupAndRestore } from "../../train/callbacks/backup-and-restore.ts";
export { CSVLogger } from "../../train/callbacks/csv-logger.ts";
export { EarlyStopping } from "../../train/callbacks/early-stopping.ts";
export { History } from "../../train/callbacks/history.ts";
export { LambdaCallback } from "../../train/callbacks/lambda-callback.ts";
export { LearningRateScheduler } from "../../train/callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint } from "../../train/callbacks/model-checkpoint.ts";
export { ProgbarLogger } from "../../train/callbacks/progbar-logger.ts";
export { ReduceLROnPlateau } from "../../train/callbacks/reduce-lr-on-plateau.ts";
export { TensorBoard } from "../../train/callbacks/tensorboard.ts";
export { TerminateOnNaN } from "../../train/callbacks/terminate-on-nan.ts";
