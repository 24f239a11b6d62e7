// A script whose browser takes a second to give a lock: it has said by then that it has none.
import { serve } from "epochal";
import { Numbers } from "../../fixtures/sequences.js";

const { locks } = navigator;
const request = locks.request.bind(locks);
locks.request = async (...asked) => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return request(...asked);
};
serve({ Numbers });
