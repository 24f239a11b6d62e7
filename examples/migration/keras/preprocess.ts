import { padSequences, toCategorical } from "epochal/keras";

export const y = toCategorical([0, 2, 1], 3); // shape [3, 3]
export const x = padSequences([[1, 2, 3], [4]], { maxlen: 4, padding: "post" }); // shape [2, 4]
