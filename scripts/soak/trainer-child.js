/**
 * Trains a model whose only weight is a digest of every batch, with all that keeps files, and prints what came of it.
 * Started by trainer.ts, which kills it.
 *
 *     node scripts/soak/trainer-child.js FOLDER SAVE_FREQ
 */
import {
  BackupAndRestore,
  CSVLogger,
  EarlyStopping,
  LearningRateScheduler,
  ModelCheckpoint,
  Sequence,
  TensorBoard,
} from "epochal";
import { fitModel } from "../../dist/train/fit.js";

const [folder, saveFreq] = process.argv.slice(2);

class Numbers extends Sequence {
  length = 7;
  async getItem(index, { random }) {
    // So that a kill finds the program anywhere.
    await new Promise(setImmediate);
    return { index, noise: random.uniform() };
  }
}

class DigestModel {
  name = "digest";
  native = {};
  metricsNames = ["loss"];
  stopTraining = false;
  learningRate = 1;
  digest = 1;
  /** Makes a save take a while. */
  ballast = { data: new Uint8Array(300_000), shape: [300_000], dtype: "uint8" };
  check() {}
  #mix(...values) {
    for (const word of new Uint32Array(new Float64Array(values).buffer)) {
      this.digest = Math.imul(this.digest ^ word, 0x9e3779b1);
      this.digest = (this.digest ^ (this.digest >>> 15)) >>> 0;
    }
  }
  async trainOnBatch({ index, noise }) {
    this.#mix(index, noise, this.learningRate);
    return { values: [(this.digest % 1000) / 1000], size: 1 };
  }
  async testOnBatch({ index }) {
    return { values: [((this.digest ^ index) % 1000) / 1000], size: 1 };
  }
  async getWeights() {
    return {
      digest: { data: Uint32Array.of(this.digest), shape: [1], dtype: "uint32" },
      ballast: this.ballast,
    };
  }
  async setWeights({ digest }) {
    this.digest = digest.data[0];
  }
  async getState() {
    return { model: await this.getWeights(), optimizer: {}, learningRate: this.learningRate };
  }
  async setState({ model, learningRate }) {
    await this.setWeights(model);
    this.learningRate = learningRate;
  }
}

const model = new DigestModel();
try {
  const { history } = await fitModel(model, new Numbers(), {
    epochs: 5,
    shuffle: true,
    seed: 3,
    validationData: new Numbers(),
    verbose: 0,
    callbacks: [
      new LearningRateScheduler((_, rate) => rate * 0.9),
      new EarlyStopping({ patience: 3, restoreBestWeights: true }),
      new CSVLogger(`${folder}/log.csv`),
      new TensorBoard(`${folder}/board`),
      new ModelCheckpoint(`${folder}/models/{epoch}`),
      new BackupAndRestore(`${folder}/backup`, {
        saveFreq: saveFreq === "epoch" ? saveFreq : Number(saveFreq),
      }),
    ],
  });
  console.log(JSON.stringify({ digest: model.digest, history }));
} catch (error) {
  console.log(
    JSON.stringify({ error: error.name, path: error.path, code: error.cause?.code, text: String(error) }),
  );
  process.exitCode = 3;
}
