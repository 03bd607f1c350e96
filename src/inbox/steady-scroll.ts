import { useEffect, useEffectEvent, useLayoutEffect, useRef, type RefObject } from 'react';

/** A message in view, and how far its lower edge is above the lower edge of the list, in pixels. */
export interface Spot {
  readonly id: string;
  readonly above: number;
}

interface Options {
  /** Whether there are messages to show. */
  readonly isLoaded: boolean;
  /** Whether there are newer messages than those that are loaded. */
  readonly hasNewer: boolean;
  /** Where to begin; at the newest message if undefined. */
  readonly start: Spot | undefined;
  /** The reader has moved: to a message, or to the end (undefined). */
  readonly onMove: (spot: Spot | undefined) => void;
}

/** At the end, give or take a line. */
const nearPx = 24;

/**
 * Holds the list still while rows come and go above and below: the last message in view stays where it is. At the end it
 * stays at the end, so that new messages are seen. Browsers do this only in part, and not at the upper edge.
 */
export function useSteadyScroll(list: RefObject<HTMLDivElement | null>, options: Options): void {
  const { isLoaded, hasNewer, start } = options;
  /** Messages in view, the last one first: if it is deleted, the next one holds. Undefined: at the end. */
  const spots = useRef(start && [start]);
  /** Whether the spot could be reached: below it, newer messages may have to be loaded first. */
  const isReached = useRef(false);
  const onMove = useEffectEvent(options.onMove);

  useLayoutEffect(() => {
    if (list.current === null || !isLoaded) return;
    spots.current &&= stillThere(list.current, spots.current);
    isReached.current = holdStill(list.current, spots.current?.[0]) || !hasNewer;
  });

  useEffect(() => {
    const element = list.current;
    if (element === null || !isLoaded) return undefined;
    const follow = (): void => {
      if (!isReached.current || element.clientHeight === 0) return; // or hidden behind a thread
      const isAtEnd = !hasNewer && element.scrollHeight - element.scrollTop - element.clientHeight < nearPx;
      spots.current = isAtEnd ? undefined : inView(element);
      onMove(spots.current?.[0]);
    };
    // A reader who scrolls while the spot is not reached yet wants to be elsewhere.
    const takeOver = (): void => {
      isReached.current = true;
    };
    const resized = new ResizeObserver(() => void holdStill(element, spots.current?.[0]));
    for (const box of [element, ...element.children]) resized.observe(box);
    element.addEventListener('scroll', follow);
    for (const type of ['wheel', 'touchmove', 'keydown', 'pointerdown']) element.addEventListener(type, takeOver);
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', follow);
      for (const type of ['wheel', 'touchmove', 'keydown', 'pointerdown']) element.removeEventListener(type, takeOver);
    };
  }, [list, isLoaded, hasNewer]);
}

const messagesIn = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('[data-message]')];

function inView(list: HTMLElement): Spot[] {
  const { top, bottom } = list.getBoundingClientRect();
  const boxes = messagesIn(list).map((message) => ({ message, box: message.getBoundingClientRect() }));
  return boxes
    .filter(({ box }) => box.bottom > top && box.top < bottom - nearPx)
    .map(({ message, box }) => ({ id: message.dataset['message'] ?? '', above: Math.round(bottom - box.bottom) }))
    .toReversed();
}

/** The spots whose messages are still there; if none is, the newest message that is loaded, at the lower edge. */
function stillThere(list: HTMLElement, spots: Spot[]): Spot[] {
  const ids = messagesIn(list).map(({ dataset }) => dataset['message'] ?? '');
  const left = spots.filter(({ id }) => ids.includes(id));
  return left.length > 0 ? left : ids.slice(-1).map((id) => ({ id, above: 0 }));
}

/** Scrolls to the spot, or to the end without one. Returns whether the list is long enough. */
function holdStill(list: HTMLElement, spot: Spot | undefined): boolean {
  const message = spot && messagesIn(list).find(({ dataset }) => dataset['message'] === spot.id);
  if (spot === undefined || message === undefined) {
    list.scrollTop = list.scrollHeight;
    return true;
  }
  const above = (): number => list.getBoundingClientRect().bottom - message.getBoundingClientRect().bottom;
  const move = spot.above - above();
  if (Math.abs(move) > 1) list.scrollTop += move;
  return Math.abs(spot.above - above()) <= 1;
}
