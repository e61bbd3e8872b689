// cells.py for scripts of Node.js: `operation(name, function)` marks cells, `main()` runs them.
import { appendFileSync, mkdtempSync } from "node:fs";
import { join } from "node:path";

export const hubUrl = process.env.HF_ENDPOINT;
export const accessToken = process.env.HF_TOKEN;
export const guestToken = process.env.CELLS_GUEST;
export const column = process.env.CELLS_COLUMN;
export const owner = process.env.CELLS_OWNER; // whose repositories are read
const isMirror = owner !== "operator";
const operations = [];

export function operation(name, run, { mirrored = false } = {}) {
  if (!isMirror) operations.push({ name, run });
  else if (mirrored) operations.push({ name: `${name}, from a mirror`, run });
}

export function folder() {
  return mkdtempSync(join(process.env.CELLS_WORK, "cell-"));
}

export async function main() {
  for (const { name, run } of operations) {
    const began = performance.now();
    const line = { operation: name, result: "ok" };
    try {
      await run();
    } catch (error) {
      Object.assign(line, { result: "failed", detail: `${error.stack}\n${error.cause ?? ""}` });
    }
    line.seconds = Math.round((performance.now() - began) / 10) / 100;
    appendFileSync(process.env.CELLS_RESULTS, JSON.stringify(line) + "\n");
  }
}
