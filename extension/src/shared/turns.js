/** Things that must not overlap, done one after the other. Keeps nothing: a stopped worker has nothing waiting. */

/** A queue of its own: `inTurn(work)` begins when the work before has ended, well or not. */
export function turns() {
  let last = Promise.resolve();
  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  return function inTurn(work) {
    const done = last.then(work);
    last = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };
}
