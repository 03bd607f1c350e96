/** The moment an empty world begins. */
const beginning = Date.parse('2026-01-05T08:00:00.000Z');

const iso = (ms: number): string => new Date(ms).toISOString();

export const later = (at: string, ms: number): string => iso(Date.parse(at) + ms);

export interface Clock {
  /** The newest moment anything happened. */
  readonly now: string;
  /** The moment of one event: the given one, or one that the clock chooses. */
  moment(at?: string): string;
}

/** Time in a world: it moves only when something happens, so the same events give the same instants. */
export class WorldClock implements Clock {
  #newest = beginning;

  get now(): string {
    return iso(this.#newest);
  }

  /** Without a given moment: a second after the newest. */
  moment(at?: string): string {
    const ms = at === undefined ? this.#newest + 1000 : Date.parse(at);
    this.#newest = Math.max(this.#newest, ms);
    return iso(ms);
  }
}
