import type { Simulator } from "./simulator.ts";

/** Hears of every simulator of this process: a test suite that watches over all of them needs no list of its own. */
export interface SimulatorObserver {
  started(simulator: Simulator): void;
  /** Called before it stops, with everything it knows still at hand. */
  ending(simulator: Simulator): void;
}

const observers = new Set<SimulatorObserver>();

/** Tells `observer` of every simulator that starts from now on, until disposed. */
export function observeSimulators(observer: SimulatorObserver): Disposable {
  observers.add(observer);
  return { [Symbol.dispose]: () => void observers.delete(observer) };
}

/** Tells all observers. */
export function tellObservers(what: keyof SimulatorObserver, simulator: Simulator): void {
  for (const observer of observers) observer[what](simulator);
}
