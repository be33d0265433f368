/** await-ready.mjs URL PID: ends with 0 as soon as URL answers 200, with 1 when the process PID is gone or 30 s have passed. */
const [url, pid] = process.argv.slice(2);
const DEADLINE_MILLIS = 30_000;
const POLL_MILLIS = 150;

const isAlive = () => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

const isReady = () =>
  fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );

const end = Date.now() + DEADLINE_MILLIS;
while (isAlive() && Date.now() < end) {
  if (await isReady()) process.exit(0);
  await new Promise((resume) => setTimeout(resume, POLL_MILLIS));
}
process.exit(1);
