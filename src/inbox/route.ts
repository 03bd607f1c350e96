import { useSyncExternalStore } from 'react';

/** What the address shows: `#/ROOM`, or `#/ROOM/MESSAGE` with the thread of a message. */
export interface Route {
  readonly roomId: string | undefined;
  readonly threadId: string | undefined;
}

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

/** A part that cannot be decoded was typed by hand, and leads nowhere. */
function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined || part === '' ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const [, roomId, threadId] = hash.split('/');
  return { roomId: decoded(roomId), threadId: decoded(threadId) };
}

export const linkTo = (...ids: readonly string[]): string => `#/${ids.map(encodeURIComponent).join('/')}`;

export const goTo = (...ids: readonly string[]): void => {
  location.hash = linkTo(...ids);
};
