/** Counting that is put off: nothing is lost, nothing waits for long, and never much of it. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createBacklog } from "../../src/telemetry/backlog.ts";

test("work is done in its order: when asked for, when its time is over, and when there is much of it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { add, clear } = createBacklog();
    const done: number[] = [];
    const put = (...numbers: number[]) => {
      for (const number of numbers) add(() => done.push(number));
    };
    put(1, 2);
    assert.deepEqual(done, []);
    clear();
    assert.deepEqual(done, [1, 2]);
    put(3);
    mock.timers.tick(249);
    assert.deepEqual(done, [1, 2]);
    mock.timers.tick(1);
    assert.deepEqual(done, [1, 2, 3]);
    put(...Array.from({ length: 64 }, (_, at) => 4 + at));
    assert.equal(done.length, 67);
    put(68);
    mock.timers.tick(250);
    assert.deepEqual(
      done,
      Array.from({ length: 68 }, (_, at) => 1 + at),
    );
  } finally {
    mock.timers.reset();
  }
});
